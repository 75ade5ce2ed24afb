import type { Secret } from "../secret/secret.ts";

/** A parameter with its value, decrypted. */
export interface StoredParameter {
  /** As it was asked for, so with the version where one was. */
  readonly name: string;
  readonly value: Secret<string>;
  /** Whether it is a SecureString. */
  readonly secure: boolean;
  readonly version: number;
  readonly modifiedAt: Date;
}

/** How a parameter is kept. */
export interface Keeping {
  /** Absent: `alias/aws/ssm`. */
  readonly kmsKey?: string | undefined;
  /** Absent: the account's default. */
  readonly tier?: "Standard" | "Advanced" | "Intelligent-Tiering" | undefined;
}

export interface ParameterWrite extends Keeping {
  readonly name: string;
  readonly value: Secret<string>;
  /** Whether it replaces a value; else it makes a parameter. */
  readonly replaces: boolean;
}

/**
 * SSM Parameter Store. Every call throws AwsCallFailed, or DeadlineReached when the signal aborts; the outcome
 * of a write that threw is unknown.
 */
export interface ParameterStore {
  /** Those of these that exist, by name or `name:version`. */
  read(names: readonly string[], signal: AbortSignal): Promise<readonly StoredParameter[]>;

  /** By name; those that do not exist are left out. */
  keepings(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Keeping>>;

  /**
   * Writes a SecureString. A write that replaces is unconditional: Parameter Store compares nothing.
   * @returns the version that it got; `"exists"`, and nothing was written, where a parameter to be made is there
   */
  write(write: ParameterWrite, signal: AbortSignal): Promise<number | "exists">;
}
