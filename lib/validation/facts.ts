import type { Manifest, SecretEntry } from "../manifest/manifest.ts";
import type { SecretState } from "../secret/store.ts";
import type { Asked } from "./ask.ts";
import type { CredentialFacts } from "./checks.ts";
import type { ConsumersOfSecret } from "./consumers.ts";
import type { Finding } from "./finding.ts";
import type { Trail } from "./trails.ts";

/** Everything that the findings rest on, asked once. Without a secret value. */
export interface Facts {
  readonly now: Date;
  readonly manifest: Manifest;
  readonly secrets: readonly SecretFacts[];
  /** What the types of consumers found about the account. */
  readonly consumerFindings: readonly Finding[];
  /** How many confirmed subscriptions it has; absent: no topic was named. */
  readonly topic?: Asked<number> | undefined;
  /** The trails that record this Region. */
  readonly trails: Asked<readonly TrailFacts[]>;
}

export interface SecretFacts {
  /** As the manifest names it. */
  readonly name: string;
  readonly entry: SecretEntry;
  /** `undefined`: there is no such secret. */
  readonly state: Asked<SecretState | undefined>;
  /** Whether AWSCURRENT has a value that is a document; absent: not asked, for a reason that the state shows. */
  readonly document?: Asked<boolean> | undefined;
  /** Empty where there is no document. */
  readonly credentials: readonly CredentialFacts[];
  /** Fields that hold a credential and that the manifest does not declare; absent where there is no document. */
  readonly copies?: readonly Finding[] | undefined;
  /** Of each type; empty where there is no such secret. */
  readonly consumers: readonly ConsumersOfSecret[];
}

interface TrailFacts {
  readonly arn: string;
  readonly trail: Asked<Trail>;
}
