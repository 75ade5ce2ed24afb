/** Writes a secret's fields to parameters for settlement, which may not read secret values. */
export interface Mirrorer {
  /**
   * Idempotent.
   * @returns `"superseded"`, and nothing was written, when the version is not AWSCURRENT (any more)
   * @throws MirrorFailed, AwsCallFailed
   */
  mirror(
    request: { readonly secret: string; readonly version: string },
    signal: AbortSignal,
  ): Promise<Mirrored | "superseded">;
}

/** How the mirrored parameters were found or left. */
export interface Mirrored {
  /** The version whose fields they hold. */
  readonly version: string;
  /** Since when each holds its value, by name. */
  readonly parameters: ReadonlyMap<string, Date>;
  /** Those that somebody else wrote; then nothing was written. */
  readonly drifted: readonly string[];
}
