import type { Secret } from "../secret/secret.ts";

/** A parameter with its value, decrypted. */
export interface StoredParameter {
  /** As it was asked for: with the version if one was given. */
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
  /** Whether it replaces a value; otherwise it creates a parameter. */
  readonly replaces: boolean;
}

/**
 * SSM Parameter Store. Every call throws AwsCallFailed, or DeadlineReached when the signal aborts; the outcome
 * of a write that threw is unknown.
 */
export interface ParameterStore {
  /** The parameters that exist, by name or `name:version`. */
  read(names: readonly string[], signal: AbortSignal): Promise<readonly StoredParameter[]>;

  /** By name; those that do not exist are left out. */
  keepings(names: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Keeping>>;

  /**
   * Writes a SecureString. A write that replaces is unconditional: Parameter Store compares nothing.
   * @returns the new version; `"exists"`, and nothing was written, if a parameter to be created is there already
   */
  write(write: ParameterWrite, signal: AbortSignal): Promise<number | "exists">;
}
