import type { RotationError } from "../errors.ts";

/** Whether the server of a secret accepts AWSCURRENT. */
export interface Probed {
  /** As it was asked for. */
  readonly secret: string;
  /** `unknown`: nobody could try, or AWSCURRENT was moved meanwhile, or there is no server. */
  readonly current: "accepted" | "refused" | "unknown";
  /** Of what is refused, e.g. `user app on db.internal:5432`. */
  readonly credential?: string | undefined;
  /** The version that was AWSCURRENT. */
  readonly version?: string | undefined;
  /** A labelled version that the server accepts instead. */
  readonly accepted?: string | undefined;
  /** What is refused may be accepted in a moment: a switch may be under way. */
  readonly mayPass?: boolean | undefined;
  /** What kept it from being tried. */
  readonly error?: RotationError | undefined;
}

/** Logs in as AWSCURRENT for `watch`, which may not read secret values. It changes nothing. */
export interface Prober {
  /**
   * @param secrets names or ARNs
   * @returns those that it came to
   * @throws RetirementFailed, AwsCallFailed, DeadlineReached
   */
  probe(secrets: readonly string[], signal: AbortSignal): Promise<readonly Probed[]>;
}
