import type { ProblemMemory } from "../alerts/memory.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Place } from "../manifest/place.ts";
import type { SecretStore } from "../secret/store.ts";
import type { ConsumerType } from "./consumer.ts";
import type { Mirrorer } from "./mirrorer.ts";
import type { Retirer } from "./retirer.ts";

/** Everything that settlement reaches the world through. It reads no secret value. */
export interface SettlementPorts {
  readonly store: Pick<SecretStore, "describe" | "list" | "moveLabel" | "tag">;
  readonly memory: ProblemMemory;
  /** All types of consumers. */
  readonly consumers: readonly ConsumerType[];
  /** By the place of the secret. */
  readonly retirers: Readonly<Record<Place, Retirer>>;
  readonly mirrorer: Mirrorer;
  readonly manifest: Manifest;
}
