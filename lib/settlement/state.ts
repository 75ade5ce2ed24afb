import type { Failure } from "../errors.ts";
import type { Move, Sighting } from "../secret/sighting.ts";
import type { Consumer, Problem } from "./consumer.ts";
import type { Mirrored } from "./mirrorer.ts";

/** Everything that a decision about one secret rests on, as it was read from AWS. Times are AWS's. */
export interface SettlementState {
  readonly now: Date;
  readonly secret: SecretFacts;
  readonly policy: Policy;
  /** When AWSCURRENT was last seen to move, and to which version; absent: never. */
  readonly sighting?: Sighting | undefined;
  /** The last move of AWSCURRENT that an event of this pass tells of. */
  readonly heard?: Move | undefined;
  /** When a rollback began that brought AWSCURRENT back to where it is: it has moved since, seen or not. */
  readonly broughtBackAt?: Date | undefined;
  /** Who consumes the secret; absent: not looked for in this turn. */
  readonly consumers?: Consumers | undefined;
  /** What old credentials were found to be, by version; absent: not asked in this pass. */
  readonly old: ReadonlyMap<string, OldCredential>;
  /** Versions that cannot be labelled now, because the secret has all the labels that it can have. */
  readonly unlabelled?: ReadonlySet<string> | undefined;
  /** An emergency has its consumers rolled by a pass of its own, unless that one dies. */
  readonly isServedBeside?: boolean;
  /** How the parameters that mirror the secret were found or left in this pass; absent where none do. */
  readonly mirror?: Mirrored | "unasked" | undefined;
}

interface Policy {
  /** How long consumers that cannot be seen get after the promotion, in milliseconds. */
  readonly grace: number;
  /** When an unsettled secret alerts, in milliseconds after the promotion. */
  readonly deadline: number;
}

interface SecretFacts {
  readonly name: string;
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** Absent until rotation has been configured once. */
  readonly rotationEnabled?: boolean | undefined;
  /** When the last rotation was completed; absent where rotation is not configured or was disabled. */
  readonly lastRotatedAt?: Date | undefined;
  /** When it was last changed in any way: not before the last move of AWSCURRENT. */
  readonly changedAt?: Date | undefined;
  /** Scheduled for deletion, then. */
  readonly deletedAt?: Date | undefined;
}

/** As of a promotion. */
export interface Consumers {
  readonly consumers: readonly Consumer[];
  /** What could not be read: consumers may be there. */
  readonly blind: readonly Problem[];
}

/** What the function that retires credentials answered. */
export type OldCredential =
  /** It is dead. */
  | "dead"
  /** It works, and nobody tried to retire it. */
  | "alive"
  /** It does not work, and nobody tried to retire it: consumers that hold it fail. */
  | "refused"
  /** Its version leads to another server or user than AWSCURRENT, so nobody connected there. */
  | "elsewhere"
  /** The server still accepts it. */
  | "accepted"
  /** A live version holds it, so nothing was done. */
  | { readonly heldBy: "AWSCURRENT" | "AWSPENDING" }
  /** It has sessions, so nothing was done. */
  | { readonly sessions: number }
  | RetiringCredential;

/** Its retirement has begun, or waits for something that takes a while. */
export interface RetiringCredential {
  /** For what. */
  readonly waiting: string;
  /** Whether it is refused by now, which must last before it counts as dead. */
  readonly refused: boolean;
  /** What a person must do. */
  readonly task?: Failure | undefined;
}

/** What a retirement waits for, if it does. */
export const waitingFor = (old: OldCredential | undefined) =>
  typeof old === "object" && "waiting" in old ? old.waiting : undefined;

/** The label of the live version that holds it, if one does. */
export const liveHolder = (old: OldCredential | undefined) =>
  typeof old === "object" && "heldBy" in old ? old.heldBy : undefined;
