import type { Target } from "./disturbance.ts";
import type { Verdict } from "./verdict.ts";

/** Makes calls, and must converge whichever of them is disturbed. */
export interface Subject {
  /** The calls of a run without a disturbance, settled afterwards. */
  undisturbed(): Promise<readonly string[]>;
  /** Disturbs one of these calls, lets it recover, and judges. */
  disturbed(target: Target, calls: readonly string[]): Promise<Verdict>;
}
