import type { OldCredential } from "./state.ts";

/** Reaches the server for settlement, which may not read secret values. */
export interface Retirer {
  /**
   * Retires the credential of a version, unless a live version holds it; not `leaked`: unless it has sessions. What
   * leaked loses its sessions. Idempotent.
   * @returns `"dead"` when a login with it was refused
   * @throws RetirementFailed, AwsCallFailed
   */
  retire(
    request: {
      readonly secret: string;
      readonly version: string;
      readonly leaked: boolean;
      /** Since when each look has found it refused. */
      readonly refusedSince?: Date | undefined;
      /** Whether some look has found it refused, though another one may have found it accepted since. */
      readonly wasRefused?: boolean;
    },
    signal: AbortSignal,
  ): Promise<OldCredential>;

  /**
   * Whether the credential of a version that need not be RETIRING works. It changes nothing.
   * @throws RetirementFailed, also when AWSCURRENT is refused; AwsCallFailed
   */
  probe(
    request: { readonly secret: string; readonly version: string },
    signal: AbortSignal,
  ): Promise<OldCredential>;
}
