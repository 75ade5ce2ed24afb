import type { Secret } from "../../secret/secret.ts";
import type { Login } from "../login/login.ts";
import type { Pair } from "../login/pair.ts";
import type { Row } from "./connection.ts";
import type { Rights } from "./rights.ts";

/** Runs a statement. @throws RotationError */
export type Run = (sql: string) => Promise<readonly Row[]>;

/** How an account is let in. */
export interface Definition {
  /** Each way in, by its plugin, with what the server stores for it. */
  readonly methods: readonly Method[];
  /** What it asks of a connection and its limits, as clauses of ALTER USER that leave nothing as it was. */
  readonly conditions: string;
  readonly isLocked: boolean;
  /** When its password expires by itself: `INTERVAL 90 DAY`. */
  readonly expires: string | undefined;
  /** Where SHOW GRANTS does not tell: the roles that are active after a login, as SQL. */
  readonly defaultRole?: string | undefined;
  /** Where failed logins lock the account: after how many and for how long, as a clause of ALTER USER. */
  readonly failedLogins?: string;
}

export interface Method {
  readonly plugin: string;
  readonly stored: string;
}

/** An account by its parts, which are as they are, and as SQL. */
export interface AccountName {
  readonly username: string;
  readonly host: string;
  readonly name: string;
}

/** An administrator's own account. */
export interface Admin {
  /** As SQL. */
  readonly account: string;
  readonly rights: Rights;
}

/** What servers of this protocol do in different ways for two users with the same rights. Accounts are SQL. */
export interface Dialect {
  /** What an administrator needs on `*.*`: to change accounts, to see the sessions of others, to end them. */
  readonly needs: { readonly change: string; readonly see: string; readonly end: string };
  /** What keeps those who lack it from accounts that have it. */
  readonly shield?: string;
  /** The plugins by which a password is proven, and which a second user can have. */
  readonly plugins: readonly string[];
  /** What ALL PRIVILEGES on a database is, where SHOW GRANTS lists privileges on `*.*` one by one. */
  readonly allOfDatabase?: readonly string[];
  /** Sets a time after which the server itself gives a change up. */
  readonly giveUpInTime: string;
  definition(account: AccountName, run: Run): Promise<Definition>;
  /**
   * Whether these are one password.
   * @param methods of several accounts
   * @param password that is theirs, if it is known
   */
  isOnePassword(methods: readonly Method[], password: Secret<string> | undefined): boolean;
  /** Whether `close` made the account what it is. */
  isClosed(definition: Definition): boolean;
  /** Whether a role marks accounts and gives no right. @param role as SQL */
  isMark(role: string): boolean;
  /** The hosts of the clone's accounts that were made to stand in for the owner. */
  marked(pair: Pair, run: Run): Promise<readonly string[]>;
  /** What a person runs so that an account of the clone's name counts as made for the owner. */
  adopt(account: string, pair: Pair): readonly string[];
  /**
   * The statements that would let the administrator `create`; none where it may.
   * @param marked the accounts that are the clone's already
   */
  missingToCreate(
    pair: Pair,
    admin: Admin,
    marked: readonly string[],
    run: Run,
  ): Promise<readonly string[]>;
  /** Makes an account, marked from the beginning, that nobody can log in to. Idempotent. */
  create(account: string, pair: Pair, form: Login["passwordForm"]): readonly string[];
  /** Makes this the only way in, by the method and under the conditions of another account; the password never expires. */
  open(
    account: string,
    like: Definition,
    password: Secret<string>,
    form: Login["passwordForm"],
  ): readonly string[];
  /** No way in is left. @param definition of the account */
  close(account: string, definition: Definition, form: Login["passwordForm"]): readonly string[];
  neverExpire(account: string): string;
  /** @param roles as SQL; `null`: none */
  setDefaultRole(roles: string | null, account: string): string;
  /** A privilege on the schema `mysql` that this takes beside `needs.change`. */
  readonly setsDefaultRole?: string;
  /** Takes the right to grant a role from an account, and leaves the role. */
  takeAdminOption(role: string, account: string): string;
  /** That the end of its password could be proven by a login. @param at the server's address @throws AccountLocks */
  requireProvable?(account: AccountName & { readonly definition: Definition }, at: string): void;
  /** That accounts can be changed here and now, in this form. @throws ReadOnlyServer, PasswordRejected, PairUnusable */
  requireChangeable(run: Run, login: Login): Promise<void>;
}
