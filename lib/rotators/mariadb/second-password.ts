import type { Secret } from "../../secret/secret.ts";
import { address, type Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords, SecondPassword } from "../login/second-password.ts";
import { PermissionDenied } from "../login/server-errors.ts";
import { AccountUnclear } from "../mysql-protocol/account-errors.ts";
import { nativeHash } from "../mysql-protocol/authentication.ts";
import type { Row } from "../mysql-protocol/connection.ts";
import type { Run } from "../mysql-protocol/dialect.ts";
import { mayDo } from "../mysql-protocol/grantable.ts";
import { passwordExpires } from "../mysql-protocol/pair-notices.ts";
import { type Account, lines, ownAccount, readAccounts } from "../mysql-protocol/pair-state.ts";
import { endSessions, unlessEnded } from "../mysql-protocol/process-list.ts";
import { readRights } from "../mysql-protocol/rights.ts";
import { dialect, passwordPlugin } from "./dialect.ts";
import { reuseChecked } from "./errors.ts";
import { methods, otherPasswords, requireProvable } from "./methods.ts";
import { checksReuse, requireWritable } from "./rehearsal.ts";
import { giveUpInTime } from "./statements.ts";

interface Parts {
  readonly login: Login;
  /** `action` is for the error's text. @throws RotationError */
  run(sql: string, action: string, signal: AbortSignal): Promise<readonly Row[]>;
}

/**
 * Two passwords by two methods: `IDENTIFIED VIA mysql_native_password … OR mysql_native_password …`. The statement replaces
 * the whole list, so the other methods are written again. Only administrators may run it.
 */
export class MethodPasswords implements SecondPassword {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async requireUsable(
    username: string,
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    const run = this.#runner(`give user ${username} a second password`, signal);
    const { login } = this.#parts;
    await this.#requireRights(username, run);
    if (await checksReuse(run, login)) throw reuseChecked(address(login));
    await requireWritable(run, login);
    const accounts = await this.#accounts(username, known, run);
    for (const account of accounts) requireProvable(account, address(login));
    const hashes = known.map(nativeHash);
    return [
      ...accounts.flatMap((account) => otherPasswords(account, hashes)),
      ...passwordExpires(accounts, "Rotations do not change that."),
    ];
  }

  async add(
    username: string,
    { kept, added }: { readonly kept: Secret<string>; readonly added: Secret<string> },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#write(username, [added, kept], [kept], signal);
  }

  async keepOnly(username: string, passwords: Passwords, signal: AbortSignal): Promise<void> {
    await this.#write(username, passwords, passwords, signal);
  }

  /** @param known of which an account has one if it is the application's */
  async #write(
    username: string,
    passwords: readonly Secret<string>[],
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<void> {
    const { login } = this.#parts;
    const run = this.#runner(`change the passwords of user ${username}`, signal);
    await this.#requireRights(username, run);
    // The refused statement would be remembered by the server: the new password would count as used.
    if (passwords.length > 1 && (await checksReuse(run, login))) throw reuseChecked(address(login));
    const accounts = await this.#accounts(username, known, run);
    await run(giveUpInTime);
    for (const account of accounts)
      await run(`ALTER USER ${account.name} IDENTIFIED VIA ${methods(account, passwords, login)}`);
  }

  /**
   * Those of the user's accounts that have one of these passwords: another host's may have one of its own, for somebody else.
   * @throws AccountUnclear
   */
  async #accounts(
    username: string,
    known: readonly Secret<string>[],
    run: Run,
  ): Promise<readonly Account[]> {
    const all = await readAccounts(run, username, dialect);
    const hashes = known.map(nativeHash);
    const ours = all.filter(({ definition }) =>
      definition.methods.some(
        ({ plugin, stored }) => plugin === passwordPlugin && hashes.includes(stored),
      ),
    );
    if (ours.length > 0) return ours;
    const hosts = all.map(({ host }) => host);
    throw new AccountUnclear(address(this.#parts.login), username, hosts);
  }

  /** Every user may end its own. */
  async endSessions(username: string, signal: AbortSignal): Promise<number> {
    const action = `end the sessions of user ${username}`;
    const run = this.#runner(action, signal);
    const { see, end } = dialect.needs;
    if (username !== this.#parts.login.username) await this.#require([see, end], run, action);
    return endSessions(run, username, (id) => run(`KILL ${id}`).catch(unlessEnded));
  }

  async #requireRights(username: string, run: Run): Promise<void> {
    const action = `give user ${username} a second password`;
    await this.#require([dialect.needs.change], run, action, "`mysql`.*");
  }

  /**
   * @param needs what it takes on `*.*`
   * @param read what has to be read
   * @throws PermissionDenied
   */
  async #require(needs: readonly string[], run: Run, action: string, read?: string): Promise<void> {
    const { login } = this.#parts;
    const rights = readRights(await lines(run, "SHOW GRANTS"));
    const lacking = needs.filter((each) => !mayDo(rights, each, "*.*"));
    const account = await ownAccount(run);
    const mayRead = read === undefined || mayDo(rights, "SELECT", read);
    const grants = [
      ...(lacking.length > 0 ? [`GRANT ${lacking.join(", ")} ON *.* TO ${account};`] : []),
      ...(mayRead ? [] : [`GRANT SELECT ON ${read} TO ${account};`]),
    ];
    if (grants.length === 0) return;
    const remedy = `It takes an administrator, named under admin, with these rights: ${grants.join(" ")}`;
    throw new PermissionDenied(address(login), login.username, action, remedy);
  }

  #runner(action: string, signal: AbortSignal): Run {
    return (sql) => this.#parts.run(sql, action, signal);
  }
}
