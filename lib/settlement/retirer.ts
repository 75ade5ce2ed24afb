/** Reaches the server for settlement, which may not read secret values. */
export interface Retirer {
  /**
   * @returns `"held"` when a live version holds the same credential; else how many sessions it has, `null`
   *   where the server cannot tell
   * @throws RetirementFailed, AwsCallFailed
   */
  ask(secret: string, version: string, signal: AbortSignal): Promise<"held" | number | null>;

  /**
   * Idempotent.
   * @returns `"dead"` when a login with the old credential was refused
   * @throws RetirementFailed, AwsCallFailed
   */
  retire(
    request: { secret: string; version: string; endSessions: boolean },
    signal: AbortSignal,
  ): Promise<"dead" | "accepted">;
}
