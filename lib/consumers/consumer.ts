/** What identifies a secret in other services' configuration. */
export interface SecretIdentity {
  /** With its six random characters, e.g. `arn:aws:secretsmanager:eu-west-1:123456789012:secret:app-AbCdEf`. */
  readonly arn: string;
  readonly name: string;
  /** Names of the SSM parameters that mirror it. */
  readonly parameters?: readonly string[] | undefined;
}

/** A place in a consumer's configuration that leads to a secret. */
export interface Reference {
  /** ARN of the secret. */
  readonly secret: string;
  /** The SSM parameter that mirrors the secret, where it leads there by way of one. */
  readonly parameter?: string | undefined;
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

/** When the value of a secret has changed in each place where consumers find it. */
export interface Promotion {
  /** When AWSCURRENT moved, or later. */
  readonly at: Date;
  /** Since when the parameters that mirror it hold what they do, by name. */
  readonly parameters: ReadonlyMap<string, Date>;
}

/**
 * After this moment, whoever follows these references gets the value of today. Who reads a parameter got the old
 * value until the mirror was written, and who reads one that has not changed got today's all along.
 */
export function changedAt(references: readonly Reference[], { at, parameters }: Promotion): Date {
  const dates = references.map(({ parameter }) => (parameter && parameters.get(parameter)) || at);
  return new Date(Math.max(...dates.map(Number)));
}
