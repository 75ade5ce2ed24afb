import { address, type Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { Pair, PairOperations, PairUser } from "../login/pair.ts";
import { StandInIncomplete } from "../login/pair-errors.ts";
import { PermissionDenied } from "../login/server-errors.ts";
import { requireUnused } from "../login/unused.ts";
import type { Row } from "./connection.ts";
import type { Dialect, Run } from "./dialect.ts";
import { mayDo } from "./grantable.ts";
import {
  type Found,
  requireAlike,
  requireOnePassword,
  requireOurs,
  requireOwnerComplete,
} from "./pair-checks.ts";
import { conditionsDiffer, definers, passwordExpires } from "./pair-notices.ts";
import { requireRights } from "./pair-rights.ts";
import { lines, ownAccount, readPair, withoutMarks } from "./pair-state.ts";
import { alikeStatements, openStatements, unexpireStatements } from "./pair-statements.ts";
import { countSessions, endSessions, unlessEnded } from "./process-list.ts";
import { accountName } from "./quoting.ts";
import { readRights, rightTexts } from "./rights.ts";

interface Parts {
  readonly login: Login;
  readonly dialect: Dialect;
  /** `action` is for the error's text. @throws RotationError */
  run(sql: string, action: string, signal: AbortSignal): Promise<readonly Row[]>;
  /** As `Session.lock`. */
  lock(username: string, signal: AbortSignal): Promise<unknown>;
}

/**
 * Two users with the same rights. No change of an account can be undone, so that a user is let in last. What either
 * creates belongs to nobody; both may change it.
 */
export class AccountPairs implements PairOperations {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async requireAdministrable(
    pair: Pair,
    signal: AbortSignal,
    current?: PairUser,
  ): Promise<readonly Notice[]> {
    const run = this.#runner(`read the users ${pair.owner} and ${pair.clone}`, signal);
    const found = await this.#found(pair, run);
    const { state, dialect } = found;
    requireAlike(found);
    if (current?.username !== pair.clone) requireOnePassword(found, current?.password);
    if (state.owner.every(({ definition }) => dialect.isClosed(definition)))
      requireOwnerComplete(found);
    await requireRights(found, this.#parts.login.username, run);
    await dialect.requireChangeable(run, this.#parts.login);
    return [...passwordExpires(state.owner, unexpires), ...(await definers(found, run))];
  }

  async align(
    pair: Pair,
    user: PairUser,
    signal: AbortSignal,
    current?: PairUser,
  ): Promise<readonly Notice[]> {
    const { login, dialect } = this.#parts;
    const run = this.#runner(`align user ${user.username} with ${pair.owner}`, signal);
    // Whoever reads waits until nobody changes: a step that is run twice would close what the first has opened.
    await this.#parts.lock(pair.owner, signal);
    const found = await this.#found(pair, run);
    const { state } = found;
    requireAlike(found);
    const isClone = user.username === pair.clone;
    if (isClone) requireOnePassword(found, current?.password);
    else requireOwnerComplete(found);
    await requireRights(found, login.username, run);
    await dialect.requireChangeable(run, login);
    const open = (isClone ? state.clone : state.owner).some((each) => !each.definition.isLocked);
    if (open)
      await requireUnused(() => countSessions(run, user.username), address(login), user.username);
    for (const statement of [
      dialect.giveUpInTime,
      ...(isClone ? alikeStatements(found, login.passwordForm) : []),
      ...unexpireStatements(found),
      ...openStatements(found, user, login.passwordForm),
    ])
      await run(statement);
    return [
      ...passwordExpires(state.owner, unexpires),
      ...(isClone ? [] : conditionsDiffer(found)),
    ];
  }

  /** The server runs what a user has defined, also while that user is locked out (MariaDB 10.11 and MySQL 9.7 were run). */
  async requireNothingInside(): Promise<void> {}

  /** An anonymous account, or a proxy, may have let another user in. */
  async requireActsAs(pair: Pair, signal: AbortSignal): Promise<void> {
    const { login } = this.#parts;
    const run = this.#runner(`act as ${login.username}`, signal);
    const account = await ownAccount(run);
    if (account.startsWith(accountName(login.username, "").slice(0, -1))) return;
    throw new StandInIncomplete(
      address(login),
      login.username,
      pair.owner,
      `the server takes it for ${account}`,
      `Drop the account that comes before its own: DROP USER ${account}; or revoke PROXY.`,
    );
  }

  async rights(signal: AbortSignal): Promise<readonly string[]> {
    const run = this.#runner("read its own rights", signal);
    const own = readRights(await lines(run, "SHOW GRANTS"), await ownAccount(run));
    return rightTexts(withoutMarks(own, this.#parts.dialect));
  }

  async sessionsOf(username: string, signal: AbortSignal): Promise<number> {
    const { see } = this.#parts.dialect.needs;
    const run = this.#runner(`see the sessions of user ${username}`, signal);
    await this.#require([see], run, `see the sessions of user ${username}`);
    return countSessions(run, username);
  }

  async disable(pair: Pair, username: string, signal: AbortSignal): Promise<void> {
    const { login, dialect } = this.#parts;
    const run = this.#runner(`disable user ${username}`, signal);
    await this.#parts.lock(pair.owner, signal);
    const { state } = await this.#found(pair, run);
    await dialect.requireChangeable(run, login);
    const accounts = username === pair.clone ? state.clone : state.owner;
    // If somebody else has locked one of several, it is not ours.
    const ours = accounts.filter(
      ({ definition }) => !definition.isLocked || dialect.isClosed(definition),
    );
    await run(dialect.giveUpInTime);
    for (const { name, definition } of ours.length > 0 ? ours : accounts)
      for (const statement of dialect.close(name, definition, login.passwordForm))
        await run(statement);
  }

  async endSessions(pair: Pair, username: string, signal: AbortSignal): Promise<number> {
    const { see, end } = this.#parts.dialect.needs;
    const action = `end the sessions of user ${username}`;
    const run = this.#runner(action, signal);
    await this.#found(pair, run);
    await this.#require([see, end], run, action);
    return endSessions(run, username, (id) => run(`KILL ${id}`).catch(unlessEnded));
  }

  /** @throws UsersMissing, CloneForeign */
  async #found(pair: Pair, run: Run): Promise<Found> {
    const { login, dialect } = this.#parts;
    const state = await readPair(run, pair, dialect);
    const found = { pair, state, at: address(login), dialect };
    requireOurs(found);
    return found;
  }

  /** Without these rights the server shows fewer sessions, and says nothing. @throws PermissionDenied */
  async #require(needs: readonly string[], run: Run, action: string): Promise<void> {
    const rights = readRights(await lines(run, "SHOW GRANTS"));
    const lacking = needs.filter((each) => !mayDo(rights, each, "*.*"));
    if (lacking.length === 0) return;
    const { login } = this.#parts;
    const grant = `GRANT ${lacking.join(", ")} ON *.* TO ${await ownAccount(run)};`;
    throw new PermissionDenied(address(login), login.username, action, `Run: ${grant}`);
  }

  #runner(action: string, signal: AbortSignal): Run {
    return (sql) => this.#parts.run(sql, action, signal);
  }
}

/** Both users log in until the old one is retired, and a rotation replaces the password before it could expire. */
const unexpires = "A rotation removes that.";
