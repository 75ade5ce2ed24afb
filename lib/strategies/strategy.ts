import type { Login } from "../credentials/credential.ts";
import type { Secret } from "../credentials/secret.ts";
import type { Engine } from "../engines/engine.ts";

/**
 * One credential during one step. Versions are read when they are asked for, each at most once; every
 * login names the same server, database and user as AWSCURRENT (else TargetChanged).
 */
export interface Situation {
  /** The secret's name, for messages. */
  readonly secret: string;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  current(): Promise<Login>;
  /** @throws PendingEmpty */
  pending(): Promise<Login>;
  /** What the secret held before: AWSPREVIOUS, then versions without a label, newest first. */
  earlier(): AsyncIterable<Login>;
}

/** The order in which a credential is replaced. */
export interface Strategy {
  /** createSecret: what the new version holds. Pure. */
  next(current: Login, password: Secret<string>): Pick<Login, "username" | "password">;

  /**
   * setSecret.
   * @returns `"outage"` when AWSCURRENT is refused but another version's credential is accepted:
   *   the switch must be made at once
   */
  set(situation: Situation): Promise<"ready" | "outage">;

  /** testSecret; must also succeed when it is called alone, with a pending version that has no value. */
  test(situation: Situation): Promise<void>;

  /** finishSecret, ahead of the labels: gets ready for what has to happen in the same breath as the move. */
  openSwitch(situation: Situation): Promise<Switch>;
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
