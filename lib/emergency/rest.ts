import type { RotationError } from "../errors.ts";
import type { Ready } from "./next.ts";

/** How far one secret of an emergency has come. */
export type Stage =
  /** Nothing is known yet, or AWS could not be asked. */
  | "open"
  | "rotating"
  /** AWSCURRENT is the new version; settlement is at work. */
  | "promoted"
  | "done"
  | "refused";

/** A step after which there is nothing more to do for now. */
export type Resting = Ready & { readonly kind: "settling" | "stay" | "done" | "refuse" };

/** Pure. @returns for a reader: what it waits for, or why it failed */
export function restOf(step: Resting): {
  readonly stage: Stage;
  readonly why: string;
  readonly error?: RotationError;
} {
  switch (step.kind) {
    case "settling": {
      const unfinished = step.unfinished.join(", ") || step.promoted;
      return { stage: "promoted", why: `version ${unfinished} is not settled yet` };
    }
    case "stay":
      return { stage: "open", why: step.why };
    case "done":
      return { stage: "done", why: step.says ?? `version ${step.note?.token} is in place` };
    case "refuse":
      return { stage: "refused", why: step.error.happened, error: step.error };
  }
}
