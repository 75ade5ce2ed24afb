import type { Alert } from "../../lib/alerts/alert.ts";
import type { Manifest } from "../../lib/manifest/manifest.ts";
import type { CredentialSpec } from "../../lib/manifest/type.ts";
import type { Credential } from "../../lib/rotation/credential.ts";
import type { SecretStore } from "../../lib/secret/store.ts";
import type { ConsumerType } from "../../lib/settlement/consumer.ts";
import type { VirtualClock } from "./clock.ts";
import type { FakeEcs } from "./ecs.ts";
import type { Gate, Invocation, Ran } from "./gate.ts";
import type { Random } from "./random.ts";
import type { FakeSecrets } from "./secrets.ts";

/** Faults on purpose: each replaces a port by one that breaks its contract. */
export interface Plants {
  readonly store?: (store: SecretStore) => SecretStore;
  readonly consumers?: (type: ConsumerType) => ConsumerType;
}

/** What leaves a function. */
export interface Listener {
  alert(alert: Alert, by: Invocation): void;
  /** A log line, an error: whatever it prints. */
  print(text: string): void;
  begun(by: Invocation): void;
  ended(by: Invocation): void;
  /** What settlement got of the function that retires. */
  answered?(ran: Ran<unknown>): void;
}

export interface FunctionParts {
  readonly clock: VirtualClock;
  readonly gate: Gate;
  readonly random: Random;
  readonly secrets: FakeSecrets;
  readonly ecs: FakeEcs;
  /** The product's own credential, on what is in memory. */
  readonly credential: (spec: CredentialSpec, by: Invocation) => Promise<Credential>;
  readonly manifest: Manifest;
  /** RotateSecret and CancelRotateSecret. @returns whether it was allowed */
  readonly rotate: (secretId: string, token: string) => boolean;
  readonly cancel: (secretId: string) => void;
  /** RotateSecret that only switches rotation on. */
  readonly resume: (secretId: string) => void;
  /** An asynchronous invocation. */
  readonly start: (name: "settle" | "emergency", event: object) => void;
  readonly listener: Listener;
  readonly plants: Plants;
  /** Where they are others than of functions in the VPC; in milliseconds. */
  readonly timeouts?: Readonly<Record<string, number>>;
}
