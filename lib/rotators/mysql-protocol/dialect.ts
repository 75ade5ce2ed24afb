import type { Secret } from "../../secret/secret.ts";
import type { Login } from "../login/login.ts";
import type { Pair } from "../login/pair.ts";
import type { Row } from "./connection.ts";
import type { Rights } from "./rights.ts";

/** Runs a statement. @throws RotationError */
export type Run = (sql: string) => Promise<readonly Row[]>;

/** What SHOW CREATE USER says of an account. */
export interface Definition {
  /** Each way in, by its plugin, with what the server stores for it. */
  readonly methods: readonly { readonly plugin: string; readonly stored: string }[];
  /** What it asks of a connection and its limits, as clauses of ALTER USER that leave nothing as it was. */
  readonly conditions: string;
  readonly isLocked: boolean;
  /** When its password expires by itself: `INTERVAL 90 DAY`. */
  readonly expires: string | undefined;
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
  /** The plugin by which a password is proven. */
  readonly plugin: string;
  /** Sets a time after which the server itself gives a change up. */
  readonly giveUpInTime: string;
  /** @param statement of SHOW CREATE USER */
  definition(statement: string, run: Run): Promise<Definition>;
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
  /** Makes this the only way in, under these conditions; the password never expires. */
  open(
    account: string,
    conditions: string,
    password: Secret<string>,
    form: Login["passwordForm"],
  ): string;
  /** No way in is left. */
  close(account: string, form: Login["passwordForm"]): string;
  neverExpire(account: string): string;
  /** That accounts can be changed here and now, in this form. @throws ReadOnlyServer, PasswordRejected */
  requireChangeable(run: Run, login: Login): Promise<void>;
}
