import { alertTag } from "../reporting/failure-report.ts";
import type { SecretState } from "../rotation/store.ts";

/** On the secret: the day (UTC) on which on-call was last told from outside, or who is about to tell. */
export const outsideTag = "quarterturn:outside";

/** A failure that the function which met it has told of. */
export interface InsideAlert {
  readonly token: string;
  readonly step: string;
  readonly code: string;
}

export type OutsideAlert =
  | { readonly kind: "told"; readonly day: string }
  | { readonly kind: "claimed"; readonly by: string; readonly at: Date };

/**
 * In milliseconds. A claim that is older belongs to an invocation that has ended without telling; Lambda
 * repeats that one after a minute at the earliest.
 */
const claimAge = 60_000;

/** What the functions themselves have left on the secret. */
export function insideAlertOf({ tags }: Pick<SecretState, "tags">): InsideAlert | undefined {
  const [token, step, code] = tags.get(alertTag)?.split("/") ?? [];
  return token && step && code ? { token, step, code } : undefined;
}

export function outsideAlertOf({ tags }: Pick<SecretState, "tags">): OutsideAlert | undefined {
  const [when = "", by] = tags.get(outsideTag)?.split(" ") ?? [];
  if (by) return { kind: "claimed", by, at: new Date(when) };
  return when ? { kind: "told", day: when } : undefined;
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** The tag's value from the moment when on-call was told. */
export const told = (at: Date): string => dayOf(at);

/** The tag's value until then. */
export const claimed = (at: Date, by: string): string => `${at.toISOString()} ${by}`;

export function wasToldOn(outside: OutsideAlert | undefined, now: Date): boolean {
  return outside?.kind === "told" && outside.day === dayOf(now);
}

/** Whether somebody else has begun to tell, and can still be at it. */
export function isLeftTo(outside: OutsideAlert | undefined, teller: string, now: Date): boolean {
  if (outside?.kind !== "claimed" || outside.by === teller) return false;
  return now.getTime() - outside.at.getTime() < claimAge;
}
