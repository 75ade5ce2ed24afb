import type { Engine, EngineTraits } from "./engine.ts";
import type { CredentialSpec, Login } from "./login.ts";

/**
 * One credential during one step. Versions are read when they are asked for, each at most once; every
 * login names the same server and database as AWSCURRENT, and the user that the strategy says (else
 * TargetChanged).
 */
export interface Situation {
  readonly spec: CredentialSpec;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** Tells the operator, without failing. Never with a value. */
  warn(message: string): void;
  /** AWSCURRENT is refused: consumers feel whatever fails in this step from here on. */
  outage(): void;
  current(): Promise<Login>;
  /**
   * The administrator that the manifest names, `undefined` when it names none.
   * @throws AdminUnusable when its secret leads elsewhere than AWSCURRENT does
   */
  admin(): Promise<Login | undefined>;
  /** @throws PendingEmpty */
  pending(): Promise<Login>;
  /** What the secret held before: AWSPREVIOUS, then versions without a label, newest first. */
  earlier(): AsyncIterable<Login>;
}

/** The order in which a credential is replaced. */
export interface Strategy {
  /**
   * createSecret: the user of the version that follows AWSCURRENT. Pure.
   * @throws PairUnusable
   */
  username(current: string, of: { spec: CredentialSpec; traits: EngineTraits }): string;

  /**
   * setSecret.
   * @returns `"outage"` when AWSCURRENT is refused but another version's credential is accepted:
   *   the switch must be made at once
   */
  set(situation: Situation): Promise<"ready" | "outage">;

  /** testSecret. */
  test(situation: Situation): Promise<void>;

  /**
   * Proves, without effect and as far as that goes, that whoever changes the password may do so: the
   * administrator, whether AWSCURRENT is accepted or not, or the user itself where it is.
   */
  rehearse(
    situation: Pick<Situation, "spec" | "engine" | "signal" | "current" | "admin">,
  ): Promise<void>;

  /**
   * finishSecret, ahead of the labels: gets ready for what has to happen in the same breath as the move.
   * Absent where everything is done by then.
   */
  openSwitch?(situation: Situation): Promise<Switch>;

  /** Whether retiring `old` would take away the login that a live version holds. Pure. */
  holds(live: Login, old: Login): boolean;

  /**
   * Makes the old credential unable to log in; what its user owns stays. Idempotent. Whether it is refused
   * is proven by the caller.
   * @throws CredentialsRefused where that would take a login away while AWSCURRENT has none
   */
  retire(retirement: Retirement): Promise<void>;

  /** Live sessions of the old credential; `undefined` where they cannot be told from those of the new one. */
  sessions(retirement: Retirement): Promise<number | undefined>;

  /** Ends those sessions. @returns how many there were */
  endSessions(retirement: Retirement): Promise<number>;
}

/** A credential that has been replaced: its version carries RETIRING and no live version holds it. */
export interface Retirement {
  readonly spec: CredentialSpec;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly current: Login;
  readonly old: Login;
  admin(): Promise<Login | undefined>;
}

/** The part of a promotion that consumers notice. Disposing it releases its connections and locks. */
export interface Switch extends AsyncDisposable {
  readonly username: string;
  /** Another rotation of this login was under way until now: what was read before may be stale. */
  readonly waited: boolean;
  /** `apply` changed the server, or may have. */
  readonly changed: boolean;
  /** Makes the pending credential the accepted one and proves it by a login. */
  apply(signal: AbortSignal): Promise<void>;
  /** Undoes what `apply` of this very object changed, and proves it by a login; nothing else. */
  revert(signal: AbortSignal): Promise<void>;
}
