import type { Secret } from "./secret.ts";

/** A secret without its values, from DescribeSecret. */
export interface SecretState {
  readonly arn: string;
  readonly name: string;
  /** Absent until rotation has been configured once. */
  readonly rotationEnabled?: boolean | undefined;
  /** The AWS service that rotates the secret itself. */
  readonly owningService?: string | undefined;
  /** Of a managed external secret, which its partner's service rotates: e.g. `SalesforceClientSecret`. */
  readonly externalType?: string | undefined;
  /** ARN of the function that rotates it; absent until rotation has been configured once. */
  readonly rotationFunction?: string | undefined;
  /** Key id, or ARN of a key or an alias; absent: `aws/secretsmanager`. */
  readonly kmsKey?: string | undefined;
  /** Scheduled for deletion, then. */
  readonly deletedAt?: Date | undefined;
  /** When the last rotation was completed; absent where rotation was never configured or is disabled. */
  readonly lastRotatedAt?: Date | undefined;
  /** By when the next one is due by the schedule; absent where there is none. It may have passed. */
  readonly nextRotationAt?: Date | undefined;
  readonly createdAt?: Date | undefined;
  /** When it was last changed in any way, a move of a label included. */
  readonly changedAt?: Date | undefined;
  readonly tags: ReadonlyMap<string, string>;
  /** Labelled versions only. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
}

/**
 * Where secrets live. Every call throws AwsCallFailed, or DeadlineReached when the signal aborts; the
 * outcome of a write that threw is unknown.
 */
export interface SecretStore {
  describe(secretId: string, signal: AbortSignal): Promise<SecretState>;

  /**
   * All secrets of the account and Region, also those scheduled for deletion. What it says may be five minutes old:
   * describe a secret before changing anything.
   */
  list(signal: AbortSignal): Promise<readonly SecretState[]>;

  /**
   * A version's value. `undefined` when there is no such secret or version, when it is registered without a value, or
   * when its value is not visible yet.
   */
  read(
    secretId: string,
    versionId: string,
    signal: AbortSignal,
  ): Promise<Secret<string> | undefined>;

  /** As `read`, of the version that is AWSCURRENT as far as this read can tell. */
  current(secretId: string, signal: AbortSignal): Promise<CurrentValue | undefined>;

  /**
   * Gives the version its value and its labels. A version's value never changes: `exists` means that it has one
   * already, this one or another attempt's, and nothing was written.
   */
  putPending(pending: PendingValue, signal: AbortSignal): Promise<"created" | "exists">;

  /**
   * Moves a label; attaches it where `from` is absent, and removes it where `to` is.
   * @returns `elsewhere` when the label is not, or no longer, on `from`: somebody else has moved it
   */
  moveLabel(move: LabelMove, signal: AbortSignal): Promise<"moved" | "elsewhere">;

  /** Idempotent. */
  tag(secretId: string, key: string, value: string, signal: AbortSignal): Promise<void>;

  /** When a version was made; `undefined` when there is none of this id. */
  madeAt(secretId: string, versionId: string, signal: AbortSignal): Promise<Date | undefined>;

  /** Ids of the versions without a label that still have a value, newest first. */
  unlabelled(secretId: string, signal: AbortSignal): Promise<readonly string[]>;
}

export interface CurrentValue {
  readonly versionId: string;
  readonly text: Secret<string>;
}

export interface PendingValue {
  readonly secretId: string;
  readonly token: string;
  readonly text: Secret<string>;
  readonly labels: readonly string[];
  readonly rotationToken?: Secret<string> | undefined;
}

export interface LabelMove {
  readonly secretId: string;
  readonly label: string;
  readonly from?: string;
  readonly to?: string;
}
