import type { RotationError } from "../errors.ts";
import { retiringVersions, type VersionLabels } from "../secret/labels.ts";

/** How a secret is, for the metrics; the worst of what holds. */
export type State =
  | "missing"
  | "unseen"
  | "deleted"
  | "interrupted"
  | "off"
  | "stuck"
  | "never-ran"
  | "overdue"
  | "unsettled"
  | "settled";

export interface Judged {
  readonly error: RotationError;
  readonly state: State;
  /** It may be gone by the next look: told only if it is not. */
  readonly mayPass?: boolean;
}

/** Of one in which nothing is wrong. */
export const stateOf = (secret: VersionLabels): State =>
  retiringVersions(secret).length > 0 ? "unsettled" : "settled";
