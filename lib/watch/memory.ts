import { alertTag } from "../reporting/failure-report.ts";
import type { SecretState } from "../secret/store.ts";

/** On the secret: the day (UTC) on which on-call was last told from outside. */
export const toldTag = "quarterturn:outside";

/** On the secret: the invocation that was the last to say that it will tell. */
export const tellerTag = "quarterturn:teller";

/** A failure that the function which met it has told of. */
export interface InsideAlert {
  readonly token: string;
  readonly step: string;
  readonly code: string;
}

/** What the functions themselves have left on the secret. */
export function insideAlertOf({ tags }: Pick<SecretState, "tags">): InsideAlert | undefined {
  const [token, step, code] = tags.get(alertTag)?.split("/") ?? [];
  return token && step && code ? { token, step, code } : undefined;
}

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
