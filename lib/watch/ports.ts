import type { ProblemMemory } from "../alerts/memory.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Place } from "../manifest/place.ts";
import type { SecretStore } from "../secret/store.ts";
import type { Prober } from "./prober.ts";

/** Everything that the watching function reaches the world through. It reads no secret value. */
export interface WatchPorts {
  readonly store: Pick<SecretStore, "describe" | "list">;
  readonly memory: ProblemMemory;
  readonly rotator: Rotator;
  /** By the place of the secret. */
  readonly probers: Readonly<Record<Place, Prober>>;
  readonly manifest: Manifest;
}

/** Secrets Manager, where it starts rotations. */
export interface Rotator {
  /**
   * Has a rotation tried again that stopped before its end. Nothing happens where its version is AWSCURRENT by now.
   * @param token the version that it was making
   * @throws AwsCallFailed, DeadlineReached
   */
  retry(secretId: string, token: string, signal: AbortSignal): Promise<void>;
}
