import type { Context } from "../context/context.ts";
import type { CredentialTraits } from "../manifest/type.ts";
import type { SecretDocument } from "../secret/document.ts";
import type { Secret } from "../secret/secret.ts";

/** The documents of a secret's versions during one step. Each is read once. */
export interface Versions extends History {
  /** AWSPENDING: `current` with other values for the credentials, and nothing else changed. Read when asked for. */
  pending(): Promise<SecretDocument>;
  /**
   * What AWSCURRENT has left, as far as settlement has not looked at it: consumers may hold it.
   * @param isRefused whether AWSCURRENT is refused, so that somebody may have moved it unseen
   */
  held(isRefused: boolean): AsyncIterable<SecretDocument>;
}

export interface History {
  /** AWSCURRENT. */
  readonly current: SecretDocument;
  /** What the secret held before: AWSPREVIOUS, other labelled versions, then those without a label, the newest first. */
  earlier(): AsyncIterable<SecretDocument>;
}

/** What a credential may use in a step beside the documents. */
export interface StepContext extends Pick<Context, "now" | "randomInt" | "signal"> {
  /** Whether the old credential leaked, so that nothing may keep it. */
  readonly leaked: boolean;
  /** The AWSCURRENT value of another secret, e.g. an administrator's; `undefined` if there is none. */
  readSecret(secretId: string, signal: AbortSignal): Promise<Secret<string> | undefined>;
  /** Warns the operator without failing. Never with a value. */
  warn(message: string): void;
  /** Reports that AWSCURRENT is refused, so consumers feel whatever fails in this step from here on. */
  outage(): void;
}

/** A credential that a rotation has replaced: its version carries RETIRING and no live version holds it. */
export interface Retirement {
  readonly current: SecretDocument;
  readonly old: SecretDocument;
}

/** A credential as one version has it. */
export interface Holding {
  /** As in `Credential.identities`. */
  readonly identity: string;
  readonly value: Secret<string>;
}

/**
 * THE PORT of everything that rotates: one credential of a secret during one invocation.
 *
 * Every call may be repeated after any failure, and may run twice at once. A document that does not describe this
 * credential, or leads elsewhere than AWSCURRENT does, is refused with a DocumentError before any connection is
 * opened. Other errors mean "cannot tell"; "no" is a value.
 */
export interface Credential {
  readonly traits: CredentialTraits;

  /** For messages, e.g. `user app on db.internal:5432`. Pure. */
  name(document: SecretDocument): string;

  /**
   * What this credential is, and becomes, outside the secret, e.g. `db.internal:5432 app`. Two credentials of one
   * secret that share one of these would undo each other, and are refused. Pure.
   */
  identities(current: SecretDocument): readonly string[];

  /**
   * createSecret: writes the next value into `into`, which is `current` with the next values of the credentials
   * before this one.
   * @param isOurs whether a rotation of ours has written `current`
   */
  next(
    history: History,
    isOurs: boolean,
    into: SecretDocument,
    step: StepContext,
  ): Promise<SecretDocument>;

  /** `into` with this credential as `from` holds it, and nothing else changed. Pure. */
  carry(
    from: SecretDocument,
    into: SecretDocument,
    current: SecretDocument,
    step: Pick<StepContext, "leaked">,
  ): SecretDocument;

  /**
   * setSecret.
   * @returns `outage` when AWSCURRENT is refused but another version's credential works: promote at once
   */
  set(versions: Versions, step: StepContext): Promise<"ready" | "outage">;

  /** testSecret: proves that the pending credential can take over. */
  test(versions: Versions, step: StepContext): Promise<void>;

  /** A testSecret without a rotation: proves, without effect, what the next rotation will need. */
  rehearse(current: SecretDocument, step: StepContext): Promise<void>;

  /** finishSecret, before the labels move. Present if and only if `traits.switches`. */
  openSwitch?(versions: Versions, step: StepContext): Promise<Switch>;

  /** Whether the credential in `document` works now, proven by use; `undefined` if there is nothing to use it at. */
  accepted(
    document: SecretDocument,
    current: SecretDocument,
    step: StepContext,
  ): Promise<boolean | undefined>;

  /** What a version holds of this credential. Pure. */
  holding(document: SecretDocument): Holding;

  /** Whether retiring the old credential would end this holding of a live version, perhaps another credential's. Pure. */
  ends(live: Holding, retirement: Retirement): boolean;

  /**
   * Makes the old credential unusable. Idempotent. The caller proves by `accepted` that it is.
   * @throws CredentialsRefused when AWSCURRENT does not work either
   */
  retire(retirement: Retirement, step: StepContext): Promise<void>;

  /** Live sessions of the old credential; `undefined` if they cannot be told from those of the new one. */
  sessions(retirement: Retirement, step: StepContext): Promise<number | undefined>;

  /** Ends those sessions. Idempotent. @returns how many there were */
  endSessions(retirement: Retirement, step: StepContext): Promise<number>;
}

/** The part of a promotion that consumers notice. Disposing it releases its connections and locks. */
export interface Switch extends AsyncDisposable {
  /** For messages, e.g. `app`. */
  readonly name: string;
  /** Another rotation of this credential held the lock until now: what was read before may be stale. */
  readonly waited: boolean;
  /** `apply` changed the server, or may have. */
  readonly changed: boolean;
  /** Makes the pending credential the accepted one, and proves it by use. */
  apply(signal: AbortSignal): Promise<void>;
  /** Undoes what `apply` of this very object changed, and nothing else; proves it by use. */
  revert(signal: AbortSignal): Promise<void>;
}
