import type { Manifest, SecretEntry } from "../manifest/manifest.ts";
import type { Login, LoginSpec } from "../rotators/login/login.ts";
import type { SecretState } from "../secret/store.ts";
import type { Asked } from "./ask.ts";
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
  /** Whether AWSCURRENT has a value that is a document; absent: not asked, the state says why. */
  readonly document?: Asked<boolean> | undefined;
  readonly credentials: readonly CredentialFacts[];
  /** Of each generated value, whether its fields are there and free to be written; absent: not asked. */
  readonly generated?: readonly Asked<unknown>[] | undefined;
  /** Of each type; empty where there is no such secret. */
  readonly consumers: readonly ConsumersOfSecret[];
}

export interface CredentialFacts {
  readonly spec: LoginSpec;
  /** Where the document says that it logs in. */
  readonly target: Asked<Target>;
  /** Whether the server accepts it; absent: not asked without a target. */
  readonly accepted?: Asked<boolean> | undefined;
  /** Whether the change was rehearsed; absent: not asked of a server that does not answer, or of no administrator. */
  readonly rehearsal?: Asked<unknown> | undefined;
  readonly admin?: AdminFacts | undefined;
}

/** A login without its password. */
export type Who = Pick<Login, "host" | "port" | "username">;

export interface Target extends Who {
  /** Every user name that its secret will hold in turn. */
  readonly usernames: readonly string[];
  /** Names of the document's fields. */
  readonly fields: {
    readonly username?: string | undefined;
    readonly password?: string | undefined;
  };
}

interface AdminFacts {
  /** Name or ARN. */
  readonly secret: string;
  /** `undefined`: there is no such secret. */
  readonly state: Asked<SecretState | undefined>;
  /** Its login, which must belong where the credential does. */
  readonly who: Asked<Who | undefined>;
}

interface TrailFacts {
  readonly arn: string;
  readonly trail: Asked<Trail>;
}
