import type { Consumer, Problem } from "./consumer.ts";
import type { Mirrored } from "./mirrorer.ts";

/** Everything that a decision about one secret rests on, read from AWS just now. Times are AWS's. */
export interface SettlementState {
  readonly now: Date;
  readonly secret: SecretFacts;
  readonly policy: Policy;
  /** Who consumes the secret; absent: not looked for in this turn. */
  readonly consumers?: Consumers | undefined;
  /** What the old credential was found to be; absent: not asked in this pass. */
  readonly old?: OldCredential | undefined;
  /** How the parameters that mirror the secret were found or left in this pass; absent where none do. */
  readonly mirror?: Mirrored | "unasked" | undefined;
}

interface Policy {
  /** How long consumers that cannot be seen get after the promotion, in milliseconds. */
  readonly grace: number;
  /** When an unsettled secret alerts, in milliseconds after the promotion. */
  readonly deadline: number;
}

export interface SecretFacts {
  readonly name: string;
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** When the last rotation was completed; absent where rotation is not configured or was disabled. */
  readonly lastRotatedAt?: Date | undefined;
}

/** As of a promotion. */
export interface Consumers {
  /** When the version that is AWSCURRENT was made. */
  readonly currentCreatedAt?: Date | undefined;
  /** Empty where the time of the promotion is not known. */
  readonly consumers: readonly Consumer[];
  /** What could not be read: consumers may be there. */
  readonly blind: readonly Problem[];
}

/** What the function that retires credentials answered. */
export interface OldCredential {
  /** `null`: the server cannot tell. */
  readonly sessions?: number | null | undefined;
  readonly retired?: boolean | undefined;
  /** A live version holds it, so it is not an old credential. */
  readonly heldByLive?: boolean | undefined;
  readonly stillAccepted?: boolean | undefined;
}
