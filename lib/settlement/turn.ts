import type { FoundProblem } from "../alerts/problem.ts";
import type { Context } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import type { Sighting } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import type { Consumer, ConsumerView } from "./consumer.ts";
import type { Mirrored } from "./mirrorer.ts";
import type { SettlementPorts } from "./ports.ts";
import type { OldCredential } from "./state.ts";

/** What has been learned of one secret in this look. */
export interface Answers {
  readonly old?: ReadonlyMap<string, OldCredential>;
  readonly mirror?: Mirrored;
  readonly sighting?: Sighting;
  /** When what leaked was proven dead, by version, where that is not remembered yet. */
  readonly deaths?: ReadonlyMap<string, Date>;
  /** Versions that could not be labelled, because the secret has all the labels that it can have. */
  readonly unlabelled?: ReadonlySet<string>;
}

/** How far a secret has come. */
export interface Ended {
  readonly outcome: "settled" | "waiting" | "alerted";
  readonly why?: string;
  /** What it waits for is a matter of seconds, and no event will report it. */
  readonly soon?: boolean;
  /** What is wrong. */
  readonly found?: readonly FoundProblem[];
}

/** What one turn of one secret works with. */
export interface Turn {
  readonly secret: SecretState;
  readonly entry: SecretEntry;
  readonly answers: Answers;
  readonly ports: SettlementPorts;
  readonly context: Context;
  /** For on-call, whatever comes after it in this look. */
  readonly note: (found: FoundProblem) => void;
  /** What keeps others of the same server from being tried in this pass. */
  readonly failed: (entry: SecretEntry, error: RotationError) => void;
  /** Rolls one after the other, as fast as the quotas of the account allow. */
  readonly roll: (view: ConsumerView, consumer: Consumer) => Promise<void>;
}
