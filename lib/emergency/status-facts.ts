import type { Remembered } from "../alerts/memory.ts";
import type { RotationError } from "../errors.ts";
import type { SecretState } from "../secret/store.ts";
import type { Consumers } from "../settlement/state.ts";

/** How far a secret of an emergency has come. */
export type StatusState =
  /** It is part of no emergency, or not of this one. */
  | "untouched"
  /** Or repaired. */
  | "rotating"
  /** AWSCURRENT is the new version. */
  | "promoted"
  /** What leaked is proven dead; consumers may still be on their way. */
  | "dead"
  /** All of it is done. */
  | "settled"
  /** The rotation failed, and on-call was told; it may be tried again. */
  | "failed"
  /** No function can do it, or it had to be given up, and on-call was told; `left` says why. */
  | "refused";

/** One secret, as `status` answers. All times are ISO 8601, of AWS's clocks. */
export interface SecretStatus {
  /** Its name. */
  readonly secret: string;
  readonly state: StatusState;
  /** Who has to do something until it is settled. */
  readonly waitsFor: "nothing" | "quarterturn" | "person";
  /** Of its last emergency; also the next five. */
  readonly id?: string;
  /** Absent where a finished emergency does not tell any more. */
  readonly action?: "rotate" | "leaked" | "rollback" | "repair";
  readonly startedAt?: string;
  readonly promotedAt?: string;
  /** When what leaked was proven dead. */
  readonly deadAt?: string;
  /** The one that the emergency makes, or brings back. */
  readonly version?: string;
  /** Empty before the promotion is known. */
  readonly consumers: readonly ConsumerStatus[];
  /** Why its consumers, or some of them, are not known. */
  readonly unread?: string;
  /** What on-call was told and is not over. */
  readonly problems: readonly ProblemStatus[];
  /** What a person has to do, in whole sentences. */
  readonly left: readonly string[];
}

interface ConsumerStatus {
  /** E.g. `service production/web`. */
  readonly name: string;
  readonly state: "old" | "rolling" | "proven" | "blocked";
  readonly why?: string;
}

export interface ProblemStatus {
  /** One of docs/errors.md. */
  readonly code: string;
  /** What it is about, e.g. a service; may be empty. */
  readonly subject: string;
  readonly severity: "info" | "error" | "critical";
  readonly since: string;
}

/** What the status of one secret rests on. */
export interface SecretFacts {
  readonly secret: SecretState;
  /** Of the emergency that is asked for; empty: of any. */
  readonly id: string;
  /** Why no emergency can do anything for it. */
  readonly refusal?: RotationError | undefined;
  /** Absent: they were not looked for. `unread`: why they, or some of them, are not known. */
  readonly consumers?: (Consumers & { readonly unread?: string | undefined }) | undefined;
  /** What stands of it and of its emergency, in all domains. */
  readonly remembered: readonly Remembered[];
  /** Nothing works on its emergency any more. */
  readonly isGivenUp: boolean;
  readonly now: Date;
}
