/** One credential of a secret as the manifest, completed with its defaults, describes it; each type adds its own. */
export interface CredentialSpec {
  /** A key of the two lists of types: lib/types.ts when building, lib/registry.ts when running. */
  readonly type: string;
  /** For reports: the order in which it is replaced, e.g. `in-place`. */
  readonly strategy: string;
  readonly traits: CredentialTraits;
}

/** What the protocol must know of the way in which a credential is replaced. */
export interface CredentialTraits {
  /** Whether the old credential works beside the new one until it is retired. */
  readonly oldWorksBeside: boolean;
  /** Whether the new version names another user than the old one. */
  readonly changesUsername: boolean;
  /** Whether the old credential ends in the moment of promotion. */
  readonly switches: boolean;
}

/**
 * Where a credential can be reached: `network` is the VPC of the databases (rotate-database, retire-database),
 * `internet` is outside it (rotate-api-key, retire-api-key).
 */
export type Place = "network" | "internet";
