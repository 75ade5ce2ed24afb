import type { RotationError } from "../../errors.ts";
import type { SecretState } from "../../secret/store.ts";
import type { Asked } from "../../validation/ask.ts";
import type { KeySpec } from "./key.ts";
import type { KeyEntry, KeyFacts, Outcome, Provider } from "./provider.ts";

/** What is known of a key. Without its value. */
export interface KeyFindings {
  readonly spec: KeySpec;
  readonly provider: Provider;
  readonly isUserBound: boolean;
  /** When what is known of the provider was last checked: a calendar day. */
  readonly checkedOn?: string | undefined;
  readonly now: Date;
  /** The fields of its parts in this secret. */
  readonly fields: Readonly<Record<string, string>>;
  /** What the caller must be allowed in AWS, where that lets it list the keys. */
  readonly allow?: string | undefined;
  /** What the names of keys begin with that rotations of this credential create; absent where nobody can tell. */
  readonly prefix?: string | undefined;
  readonly key: Asked<{
    /** How the provider calls it; `undefined`: it does not say. */
    readonly id: Asked<string | undefined>;
    readonly isIdStored: boolean;
  }>;
  /** Absent, like all below: not asked without a key, or the provider has no such call. */
  readonly problems?: readonly RotationError[] | undefined;
  readonly outcome?: Asked<Outcome> | undefined;
  readonly entries?: Asked<readonly KeyEntry[]> | undefined;
  readonly facts?: Asked<KeyFacts> | undefined;
  readonly admin?:
    | {
        readonly secret: string;
        readonly kmsKey?: string | undefined;
        readonly state: Asked<SecretState | undefined>;
      }
    | undefined;
}
