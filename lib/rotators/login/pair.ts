import type { Secret } from "../../secret/secret.ts";
import type { Notice } from "./notice.ts";

/** Two users, one of which is the application's at any time. */
export interface Pair {
  readonly owner: string;
  /** Logs in under its own name and acts as the owner, or has the owner's rights. */
  readonly clone: string;
}

export interface PairUser {
  readonly username: string;
  readonly password: Secret<string>;
}

/**
 * What `alternating-users` asks of a session. All but `requireActsAs`, `rights`, `requireNothingInside` and `takeOver` are
 * for an administrator's session, and need no more of it than this engine's folder documents.
 */
export interface PairOperations {
  /** Absent where nothing belongs to a user: what one of the pair creates, the other may change by its rights. */
  readonly ownership?: PairOwnership;

  /**
   * Proves, without effect, that this administrator may do what the others do.
   * @throws PermissionDenied with the missing GRANT, UsersMissing, CloneForeign; PairUnusable when the
   *   owner itself acts as somebody else; NotCarried when the clone would miss something that the owner has;
   *   RoleSettingLost
   * @param current the user in use: where passwords are stored with a salt, only the password itself shows whether several
   *   accounts of a user have the same one
   */
  requireAdministrable(
    pair: Pair,
    signal: AbortSignal,
    current?: PairUser,
  ): Promise<readonly Notice[]>;

  /**
   * In a session that acts as the owner: proves that nothing inside the server needs the owner's login, which
   * retirement takes away.
   * @throws NotCarried
   */
  requireNothingInside(pair: Pair, signal: AbortSignal): Promise<void>;

  /**
   * Makes one of the pair able to log in with this password and to act as the owner; creates the clone
   * where it is missing. All or nothing: what cannot be undone comes before the login. Idempotent: a second call with the
   * same password succeeds. Neither user's password expires afterwards.
   * @throws OtherUserInUse when the user can log in and has sessions: some consumer still holds its old
   *   password; and as `requireAdministrable`
   * @param current as for `requireAdministrable`
   */
  align(
    pair: Pair,
    user: PairUser,
    signal: AbortSignal,
    current?: PairUser,
  ): Promise<readonly Notice[]>;

  /**
   * Proves that this session acts as the owner, and may do all that the owner may. Creates nothing: event triggers
   * could refuse it.
   * @throws StandInIncomplete
   */
  requireActsAs(pair: Pair, signal: AbortSignal): Promise<void>;

  /**
   * What this session's user may do, each right as the server names it, the same for both users of a pair. Only where a
   * server tells a user's rights to that user and to administrators, so that `requireActsAs` cannot compare them.
   */
  rights?(signal: AbortSignal): Promise<readonly string[]>;

  /**
   * How many sessions this user has on the server now; `undefined` where nobody can tell, and `align` then refuses none.
   * @throws PermissionDenied when this session may not see them
   */
  sessionsOf(username: string, signal: AbortSignal): Promise<number | undefined>;

  /** Idempotent, also where there is no such clone. Afterwards the user cannot log in by any means; it keeps what it owns. */
  disable(pair: Pair, username: string, signal: AbortSignal): Promise<void>;

  /**
   * Idempotent. Ends every session of this user. Where no other way is known, it keeps the user out as `disable` does.
   * @returns how many there were
   */
  endSessions(pair: Pair, username: string, signal: AbortSignal): Promise<number>;
}

/** Where what a user creates belongs to it: all of it must belong to the owner, or to a role that both act as. */
export interface PairOwnership {
  /** Whether the clone itself owns anything, in any database. */
  cloneOwnsObjects(pair: Pair, signal: AbortSignal): Promise<boolean>;

  /** In the clone's own session: hands what the clone itself owns in this database to the owner. */
  takeOver(pair: Pair, signal: AbortSignal): Promise<void>;
}
