import type { Context } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
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
  /**
   * Every version whose credential somebody may hold or get: labelled ones, what AWSCURRENT has left, AWSPENDING. What a
   * rotation that was given up has made is not among them.
   * @throws DocumentError where one of them cannot be read, so that nobody can tell what it holds
   */
  living(): AsyncIterable<SecretDocument>;
  /** The version whose id is asked for, labelled or not; `undefined` where there is none, or none that can be read. */
  find(isMeant: (versionId: string) => boolean): Promise<SecretDocument | undefined>;
  /** What the secret held before: AWSPREVIOUS, other labelled versions, then those without a label, the newest first. */
  earlier(): AsyncIterable<SecretDocument>;
}

/** What a credential may use in a step beside the documents. */
export interface StepContext extends Pick<Context, "now" | "randomInt" | "signal" | "sleep"> {
  readonly secret: { readonly name: string; readonly arn: string };
  /** The id of the version that is being made, retired or probed. */
  readonly token: string;
  /** Whether the old credential leaked, so that nothing may keep it. */
  readonly leaked: boolean;
  /** A key that leaked is revoked before there is another one. */
  readonly revokesFirst: boolean;
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
  /** AWSPENDING of a rotation that is under way, as after a leak. */
  readonly pending?: SecretDocument | undefined;
  /**
   * For whoever has waited for a server or a lock, just before it ends anything: a rotation that has begun meanwhile may
   * have made a credential that would end with the old one.
   * @throws RotationError when a label has moved
   */
  readonly requireUnchanged?: (() => Promise<void>) | undefined;
  /** Since when the old credential was refused each time that settlement asked, after it was retired. */
  readonly refusedSince?: Date | undefined;
  /** Whether settlement has found it refused before, also where it has been accepted since. */
  readonly wasRefused?: boolean | undefined;
}

/** A retirement that takes its time. */
export interface Retiring {
  /** For messages: `the key re_1… was used at 2026-01-02T03:04:05Z`. */
  readonly waiting: string;
  /** The old credential is refused; settlement remembers since when. */
  readonly refused: boolean;
  /** What a person must do, where nothing goes on without one. */
  readonly task?: RotationError | undefined;
}

/** A credential as one version has it. */
export interface Holding {
  /** As in `Credential.identities`. */
  readonly identity: string;
  readonly value: Secret<string>;
  /** What it is called where it can get another value and stay the same. */
  readonly id?: string | undefined;
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

  /**
   * createSecret, after everything that forbids to write: has a credential made that only others can make, and writes it
   * into `next`, which holds a placeholder for it. Present if and only if `next` cannot choose the value.
   * @param isWritten whether AWSPENDING has got its value by now, from another attempt
   * @returns `undefined` when it has
   */
  issue?(
    history: History,
    next: SecretDocument,
    isWritten: () => Promise<boolean>,
    step: StepContext,
  ): Promise<SecretDocument | undefined>;

  /**
   * Ends what `issue` has made in `issued` unless `kept` holds it. Idempotent. Present with `issue`.
   * @param kept AWSPENDING as another attempt has written it; absent: nothing was written
   */
  discard?(
    issued: SecretDocument,
    kept: SecretDocument | undefined,
    current: SecretDocument,
    step: StepContext,
  ): Promise<void>;

  /**
   * finishSecret, instead of `issue` and `openSwitch`: has the credential replaced by one call, which ends the old one, and
   * writes the new one into `next`. Not idempotent, and never made twice at once. The secret has no other credential.
   */
  roll?(current: SecretDocument, next: SecretDocument, step: StepContext): Promise<SecretDocument>;

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

  /** finishSecret, before the labels move. Present if and only if `traits.switches` and not `roll`. */
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
   * Makes the old credential unusable. Idempotent.
   * @returns what it waits for; `undefined`: nothing, and the caller proves by `accepted` that it is refused
   * @throws CredentialsRefused when AWSCURRENT does not work either
   */
  retire(retirement: Retirement, step: StepContext): Promise<Retiring | undefined>;

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
