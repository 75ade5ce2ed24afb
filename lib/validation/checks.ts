import type { CredentialSpec, CredentialType } from "../manifest/type.ts";
import type { History } from "../rotation/credential.ts";
import type { SecretDocument } from "../secret/document.ts";
import type { Secret } from "../secret/secret.ts";
import type { SecretState } from "../secret/store.ts";
import type { Ask, Asked } from "./ask.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Finding } from "./finding.ts";

/** A type of credentials that can be checked before anything rotates. */
export interface CheckedType extends CredentialType {
  /** Loads its checks, and the driver that they need. @param other the rotator that its specs use, if any */
  checks(other?: object): Promise<CredentialChecks>;
}

/**
 * What validation asks about a credential, and what the answers mean. It changes nothing, in AWS or on any server. Each
 * type gets only specs of its own, so that it may declare those (parameters of methods are bivariant).
 */
export interface CredentialChecks {
  /**
   * What a rotation would replace, with anything in its place. Pure.
   * @param into `current`, in which other credentials of the secret may have been replaced
   * @throws DocumentError
   */
  replaced(spec: CredentialSpec, current: SecretDocument, into: SecretDocument): Replaced;

  /** Does not throw: what cannot be asked is a finding. */
  check(spec: CredentialSpec, secret: CheckedSecret, ask: Ask): Promise<CredentialFacts>;
}

/** A credential that was replaced in a document that is thrown away. */
export interface Replaced {
  /** For messages, e.g. `user app on db.internal:5432`. */
  readonly name: string;
  /** As it was before. */
  readonly value: Secret<string>;
  readonly document: SecretDocument;
}

/** A secret whose AWSCURRENT version has been read. */
export interface CheckedSecret extends Pick<History, "current"> {
  /** As the manifest names it. */
  readonly name: string;
  readonly arn: string;
  /** What RDS knows of hosts; absent: nobody asks. */
  readonly endpoints?: Endpoints | undefined;
  /** Whether a rotation of ours has written AWSCURRENT. */
  readonly isOurs: boolean;
  /** The document of AWSPREVIOUS, if there is one. */
  earlier(signal: AbortSignal): ReturnType<History["earlier"]>;
  /** Of another secret, e.g. an administrator's; `undefined`: there is none. */
  describe(secretId: string): Promise<Asked<SecretState | undefined>>;
  /** The AWSCURRENT value of another secret. */
  read(secretId: string, signal: AbortSignal): Promise<Secret<string> | undefined>;
}

/** What is known of one credential. Without a secret value. */
export interface CredentialFacts {
  readonly spec: CredentialSpec;
  readonly findings: readonly Finding[];
  /** What it is and becomes outside the secret, and what else must exist for it. */
  readonly holds: readonly Held[];
  /** Of a credential whose user name changes: the fields that a consumer must take together. */
  readonly fields?: ChangingFields | undefined;
}

/** Something outside the secret, e.g. a user of a server. */
export interface Held {
  /** For comparison and for messages: `user app on db.internal:5432`. */
  readonly name: string;
  /** The name of the other secret that holds it, which this credential only reads. */
  readonly readFrom?: string | undefined;
}

/** Names of fields of the document. */
interface ChangingFields {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Each of them holds both. */
  readonly urls: readonly string[];
}
