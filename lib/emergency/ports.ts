import type { EventBus } from "../alerts/bus.ts";
import type { ProblemMemory } from "../alerts/memory.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Place } from "../manifest/place.ts";
import type { SecretStore } from "../secret/store.ts";
import type { ConsumerType } from "../settlement/consumer.ts";
import type { Prober } from "../watch/prober.ts";

/** Everything that the emergency function reaches the world through. It reads no secret value. */
export interface EmergencyPorts {
  readonly store: Pick<SecretStore, "describe" | "list" | "moveLabel" | "tag">;
  readonly rotations: Rotations;
  readonly memory: ProblemMemory;
  /** The function that settles. */
  readonly settle: Started;
  /** This function. */
  readonly itself: Started;
  readonly bus: EventBus;
  /** All types of consumers; only to find them. */
  readonly consumers: readonly ConsumerType[];
  readonly manifest: Manifest;
  /** ARNs of the functions that rotate, by the place of their secrets. */
  readonly rotators: Readonly<Record<Place, string>>;
  /** They log in for this function, which sees no value. */
  readonly probers: Readonly<Record<Place, Prober & VersionProber>>;
  readonly deadLetters: DeadLetters;
}

/** Whether a version could be AWSCURRENT. */
export type Working =
  | "works"
  /** It holds the very credentials that AWSCURRENT holds. */
  | "same"
  /** It has no value, or leads to another server or user: nobody connected there. */
  | "elsewhere"
  /** The name of a credential that is refused, e.g. `user app on db.internal:5432`. */
  | { readonly refused: string };

/** Logs in with what a version holds, and changes nothing. */
export interface VersionProber {
  /** @throws RetirementFailed, AwsCallFailed, DeadlineReached */
  probeVersion(
    request: { readonly secret: string; readonly version: string },
    signal: AbortSignal,
  ): Promise<Working>;
}

/** Messages that settlement did not get to. Each was a reason to look, and nothing more. */
export interface DeadLetters {
  /** @returns 0 where there is no such queue. @throws AwsCallFailed, DeadlineReached */
  count(signal: AbortSignal): Promise<number>;

  /** Deletes them; also where somebody else does that just now. @throws AwsCallFailed, DeadlineReached */
  empty(signal: AbortSignal): Promise<void>;
}

/** A function that is started without waiting for it; Lambda tries again what dies. */
interface Started {
  /** @throws AwsCallFailed, DeadlineReached */
  start(event: object, signal: AbortSignal): Promise<void>;
}

/** Secrets Manager, where it starts and stops rotations. Every call throws AwsCallFailed or DeadlineReached. */
export interface Rotations {
  /**
   * RotateSecret at once; it also switches rotation on. Idempotent by the token.
   * @param token of 32 to 64 characters; becomes the version's id
   * @returns `busy`: another one is not complete, which Secrets Manager tries again
   */
  start(
    secretId: string,
    token: string,
    configuration: Configuration,
    signal: AbortSignal,
  ): Promise<"started" | "busy">;

  /** RotateSecret without a rotation: rotation is switched on, and only a test of it runs. */
  resume(secretId: string, configuration: Configuration, signal: AbortSignal): Promise<void>;

  /** CancelRotateSecret: function and schedule are kept, and rotation is off. Idempotent. */
  cancel(secretId: string, signal: AbortSignal): Promise<void>;
}

export interface Configuration {
  /** ARN. */
  readonly rotator: string;
  /** E.g. `rate(90 days)`. */
  readonly expression: string;
  /** Of the rotation window, e.g. `3h`. */
  readonly duration?: string | undefined;
}
