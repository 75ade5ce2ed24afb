import type { ConsumerScope } from "../manifest/manifest.ts";

/**
 * A type of consumers, e.g. services of ECS: finds who holds a secret's value, judges whether it is the new one,
 * and rolls those that hold the old one. Each type is a folder of lib/consumers and a line in each of its two
 * lists.
 */
export interface ConsumerType {
  /** The name of its folder, e.g. `ecs`. */
  readonly name: string;

  /**
   * Looks at the account once. The view serves every secret of a pass: what it costs grows with the number of
   * consumers, not of secrets.
   * @param scopes those of all secrets that the view will be asked about
   * @throws AwsCallFailed, DeadlineReached; what the caller may not read is `blind` in the view instead
   */
  look(scopes: readonly ConsumerScope[], signal: AbortSignal): Promise<ConsumerView>;
}

/**
 * What one look at the account saw. It answers for secrets that were promoted before the look: a consumer that
 * starts later gets the new value. Every call throws AwsCallFailed, or DeadlineReached when the look's signal
 * aborts.
 */
export interface ConsumerView {
  /** Whoever may hold a value of the secret, judged as of the look; also outside the scope, as blocked. */
  find(secret: SecretIdentity, promotion: Promotion, scope: ConsumerScope): Promise<Found>;

  /**
   * Starts a consumer anew that was judged old, so that it gets the new value of all its secrets. A view starts
   * each consumer once and ignores further calls; another view starts it again, so look again only when the
   * deployment is visible.
   */
  roll(consumer: Consumer): Promise<void>;
}

export interface Found {
  readonly consumers: readonly Consumer[];
  /** What could not be read: consumers may be there, so nothing may be retired. */
  readonly blind: readonly Problem[];
}

export interface Consumer {
  /** Name of its type. */
  readonly type: string;
  /** For a reader, and unique within the type, e.g. `service production/web`. */
  readonly name: string;
  /** What stays the same when its name changes, e.g. at every start; default: the name. */
  readonly subject?: string | undefined;
  readonly judgement: Judgement;
}

/** How far a consumer has come on its way to the new value. */
export type Judgement =
  /** It holds the old value, and may be rolled. */
  | { readonly kind: "old" }
  /** It is getting the new value, or letting go of the old one. `soon`: within seconds, and no event tells. */
  | { readonly kind: "rolling"; readonly why: string; readonly soon?: boolean }
  /** Nothing of it can hold the old value any more. */
  | { readonly kind: "proven" }
  /** It cannot be rolled or proven until somebody acts. */
  | { readonly kind: "blocked"; readonly problem: Problem };

/** What keeps a secret from being settled until somebody acts. */
export interface Problem {
  /** Stable; one of docs/errors.md. */
  readonly code: string;
  /** What it is about, e.g. a service or a parameter: each is told for itself. */
  readonly subject?: string | undefined;
  /** A sentence without its full stop. */
  readonly why: string;
  /** What the reader should do, in full sentences. */
  readonly remedy: string;
}

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
  /** The SSM parameter that mirrors the secret, if the reference names that. */
  readonly parameter?: string | undefined;
  /** For a reader, e.g. `secrets DATABASE_PASSWORD of container web`. */
  readonly where: string;
  /** A version id, or a label other than AWSCURRENT: no rotation replaces the value that it names. */
  readonly pinned?: string | undefined;
  /** The field of the secret that it takes; absent: the whole value. */
  readonly field?: string | undefined;
  /** A text that only contains the name or ARN: nobody can tell whether the secret is read by it. */
  readonly possible?: true | undefined;
  /** It gets only the name, and reads the value itself; absent: it gets the value when it starts. */
  readonly reads?: true;
}

/** When the value of a secret changed in each place where consumers find it. */
export interface Promotion {
  /** When AWSCURRENT moved, or later. */
  readonly at: Date;
  /** Since when the parameters that mirror it hold their value, by name. */
  readonly parameters: ReadonlyMap<string, Date>;
}

/**
 * Whoever follows these references after this moment gets the new value. A parameter gave out the old value until
 * the mirror was written, and the same value all along if it did not change.
 */
export function changedAt(references: readonly Reference[], { at, parameters }: Promotion): Date {
  const dates = references.map(({ parameter }) => (parameter && parameters.get(parameter)) || at);
  return new Date(Math.max(...dates.map(Number)));
}
