import type { Reference } from "../consumers/consumer.ts";
import type { ServiceFacts, TaskFacts } from "../consumers/ecs/facts.ts";
import type { RotationError } from "../errors.ts";
import type { Manifest, SecretEntry } from "../manifest/manifest.ts";
import type { Login, LoginSpec } from "../rotators/login/login.ts";
import type { SecretState } from "../secret/store.ts";
import type { Trail } from "./trails.ts";

/** The answer, or why there is none: "no" is an answer, "cannot tell" is not. */
export type Asked<T> = { readonly known: T } | { readonly unknown: RotationError };

/** Everything that the findings rest on, asked once. Without a secret value. */
export interface Facts {
  readonly now: Date;
  readonly manifest: Manifest;
  readonly secrets: readonly SecretFacts[];
  /** The clusters of the manifest, and all others of the account and Region. */
  readonly clusters: readonly ClusterFacts[];
  /** Whether the others could be listed. */
  readonly allClusters: Asked<unknown>;
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
  readonly consumers: Consumers;
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

export interface ClusterFacts {
  /** As the manifest writes it, else the ARN. */
  readonly cluster: string;
  /** Whether a secret of the manifest lists it. */
  readonly listed: boolean;
  readonly read: Asked<unknown>;
}

interface TrailFacts {
  readonly arn: string;
  readonly trail: Asked<Trail>;
}

/** Who leads to one secret, in all clusters that could be read. */
export interface Consumers {
  readonly services: readonly Service[];
  readonly tasks: readonly (TaskFacts & { readonly cluster: string })[];
}

export interface Service
  extends Pick<ServiceFacts, "name" | "controller" | "status" | "desiredCount"> {
  readonly cluster: string;
  readonly references: readonly Reference[];
}
