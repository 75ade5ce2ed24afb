import type { ServiceFacts, StandaloneFacts } from "../consumers/ecs/facts.ts";
import type { Mirrored } from "./mirrorer.ts";

/** Everything that a decision about one secret rests on, read from AWS just now. Times are from AWS. */
export interface SettlementState {
  readonly now: Date;
  readonly secret: SecretFacts;
  readonly consumers: readonly ServiceFacts[];
  /** Tasks that belong to no service, not yet STOPPED, whose definition leads to the secret. */
  readonly standalone: readonly StandaloneFacts[];
  /** What could not be looked at: clusters that do not exist, or may not be listed. */
  readonly blind: readonly string[];
  /** References found outside the clusters that may be rolled. */
  readonly outside: readonly string[];
  readonly policy: Policy;
  /** What the old credential was found to be, where that has been asked in this pass. */
  readonly old?: OldCredential | undefined;
  /** How the parameters that mirror the secret were found, or left, in this pass; absent where none do. */
  readonly mirror?: Mirrored | "unasked" | undefined;
}

interface Policy {
  /** How long consumers that nobody sees get after the promotion, in milliseconds; absent: by what is seen. */
  readonly grace?: number | undefined;
  /** When an unsettled secret alerts, in milliseconds after the promotion. */
  readonly deadline: number;
}

export interface SecretFacts {
  readonly name: string;
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** When the last rotation was completed; absent where rotation is not configured or was disabled. */
  readonly lastRotatedAt?: Date | undefined;
  /** When the version that is AWSCURRENT was made. */
  readonly currentCreatedAt?: Date | undefined;
}

/** Answers of `retire-database`. */
export interface OldCredential {
  /** `null`: the server cannot tell. */
  readonly sessions?: number | null | undefined;
  readonly retired?: boolean | undefined;
  /** A live version holds it, so it is no old credential. */
  readonly heldByLive?: boolean | undefined;
  readonly stillAccepted?: boolean | undefined;
}
