import type { Task } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import type { SecretState } from "../secret/store.ts";
import { reasonOf } from "./alert.ts";
import { isOutside } from "./alert-context.ts";

/** A tag of a secret. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** The last failure that a function reported of itself, as `token/step/code/…`. */
const insideTag = "quarterturn:alert";

/** The day (UTC) of the last alert about what only Secrets Manager reports. */
export const outsideTag = "quarterturn:outside";

/**
 * The tag by which a secret remembers this alert; a secret that carries it already needs no further one. A failure
 * is one alert as long as it repeats in the same way; what is seen from outside is one alert a day.
 */
export function memoryOf(error: RotationError, task: Task, at: Date): Tag {
  if (isOutside(task)) return { key: outsideTag, value: dayOf(at) };
  return { key: insideTag, value: `${task.token}/${task.step}/${reasonOf(error)}` };
}

/** A failure that the function which met it has reported. */
export interface InsideAlert {
  readonly token: string;
  readonly step: string;
  readonly code: string;
}

export function insideAlertOf({ tags }: Pick<SecretState, "tags">): InsideAlert | undefined {
  const [token, step, code] = tags.get(insideTag)?.split("/") ?? [];
  return token && step && code ? { token, step, code } : undefined;
}

/** For a secret whose last failure is over: when it comes back, it is told again. */
export const noInsideAlert: Tag = { key: insideTag, value: "" };

export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
