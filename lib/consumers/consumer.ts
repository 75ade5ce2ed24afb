/** What identifies a secret in other services' configuration. */
export interface SecretIdentity {
  /** With its six random characters, e.g. `arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-AbCdEf`. */
  readonly arn: string;
  readonly name: string;
}

/** A place in a consumer's configuration that leads to a secret. */
export interface Reference {
  /** ARN of the secret. */
  readonly secret: string;
  /** For a reader, e.g. `secrets DATABASE_PASSWORD of container web`. */
  readonly where: string;
  /**
   * A version id, or a label other than AWSCURRENT: the value that it names is never replaced by a rotation.
   */
  readonly pinned?: string | undefined;
  /** The field of the secret that it takes; absent: the whole value. */
  readonly field?: string | undefined;
  /** It is given the name alone, and reads the value itself; absent: it gets the value when it starts. */
  readonly reads?: true;
}
