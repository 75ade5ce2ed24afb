import type { Secret } from "../../secret/secret.ts";
import { address, type Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { Pair, PairOperations, PairOwnership } from "../login/pair.ts";
import { PermissionDenied } from "../login/server-errors.ts";
import { requireUnused } from "../login/unused.ts";
import { requireActsAs } from "./acting.ts";
import { cloneMark, cloneStatements, unexpire } from "./alignment.ts";
import { carrySettings, requireReplication } from "./carrying.ts";
import { cloneForeign, roleSettingLost, usersMissing } from "./errors.ts";
import { requireNothingInside } from "./inside.ts";
import { lostRoleSetting } from "./minors.ts";
import { ownershipBy } from "./ownership.ts";
import { loginNameDiffers } from "./pooled.ts";
import { missingGrant, requireOwnRights } from "./rights.ts";
import { hasRoleOptions, type Roles, type Run, readRoles } from "./roles.ts";
import { sessionsOf } from "./sessions.ts";
import { changePassword, quoteName } from "./statements.ts";
import { inTransaction } from "./transaction.ts";

const endQuery = `
  SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))::int AS ended
  FROM pg_stat_activity WHERE usename = $1`;

export class PostgresPairs implements PairOperations {
  readonly ownership: PairOwnership;
  readonly #run: Run;
  readonly #login: Login;

  constructor(run: Run, login: Login) {
    this.#run = run;
    this.#login = login;
    this.ownership = ownershipBy(run);
  }

  /** Makes the clone in a transaction that is rolled back. */
  async requireAdministrable(pair: Pair, signal: AbortSignal): Promise<readonly Notice[]> {
    const roles = await this.#administrable(pair, signal);
    const action = `align user ${pair.clone} with ${pair.owner}`;
    const rehearse = () => this.#alignClone(pair, roles, [], signal);
    return inTransaction(this.#run, action, signal, rehearse, "ROLLBACK");
  }

  async align(
    pair: Pair,
    user: { readonly username: string; readonly password: Secret<string> },
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    const roles = await this.#administrable(pair, signal);
    const isClone = user.username === pair.clone;
    const role = isClone ? roles.clone : roles.owner;
    if (role?.login) {
      const count = () => sessionsOf(this.#run, user.username, signal);
      await requireUnused(count, address(this.#login), user.username);
    }
    const password = await changePassword(this.#login.passwordForm, user.username, user.password);
    const login = [`ALTER ROLE ${quoteName(user.username)} LOGIN`, password];
    const action = `align user ${user.username} with ${pair.owner}`;
    return inTransaction(this.#run, action, signal, async () => {
      if (isClone) return this.#alignClone(pair, roles, login, signal);
      const { statements, notices } = unexpire(roles);
      await this.#run([...statements, ...login].join("; "), action, signal);
      return notices;
    });
  }

  /** @throws RoleSettingLost, NotCarried */
  async #alignClone(
    pair: Pair,
    roles: Roles,
    login: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    const at = address(this.#login);
    const lost = lostRoleSetting(roles.version);
    if (lost) throw roleSettingLost(at, pair.clone, roles.version, lost);
    requireReplication(pair, roles, at);
    const { statements, notices } = unexpire(roles);
    const all = [...cloneStatements(pair, roles), ...statements, ...login];
    await this.#run(all.join("; "), `align user ${pair.clone} with ${pair.owner}`, signal);
    const settings = await carrySettings(this.#run, { pair, roles, at }, signal);
    return [...notices, ...settings];
  }

  requireNothingInside(pair: Pair, signal: AbortSignal): Promise<void> {
    return requireNothingInside(this.#run, { pair, at: address(this.#login) }, signal);
  }

  requireActsAs(pair: Pair, signal: AbortSignal): Promise<void> {
    return requireActsAs(this.#run, { pair, login: this.#login }, signal);
  }

  sessionsOf(username: string, signal: AbortSignal): Promise<number> {
    return sessionsOf(this.#run, username, signal);
  }

  async disable(pair: Pair, username: string, signal: AbortSignal): Promise<void> {
    const { clone } = await this.#administrable(pair, signal);
    if (username === pair.clone && !clone) return;
    const sql = `ALTER ROLE ${quoteName(username)} NOLOGIN PASSWORD NULL`;
    const action = `disable user ${username}`;
    await inTransaction(this.#run, action, signal, () => this.#run(sql, action, signal));
  }

  /** To end a session takes membership in its user's role: granted in a transaction that is rolled back. */
  async endSessions(pair: Pair, username: string, signal: AbortSignal): Promise<number> {
    const { admin, version, clone } = await this.#administrable(pair, signal);
    if (username === pair.clone && !clone) return 0;
    const action = `end the sessions of ${username}`;
    const options = hasRoleOptions(version) ? " WITH INHERIT TRUE, SET TRUE" : "";
    const grant = `GRANT ${quoteName(username)} TO ${quoteName(admin.name)}${options}`;
    await this.#run(admin.superuser ? "BEGIN" : `BEGIN READ WRITE; ${grant}`, action, signal);
    try {
      const ended = await this.#run(endQuery, action, signal, [username]);
      return ended?.rows[0]?.ended ?? 0;
    } finally {
      await this.#run("ROLLBACK", action, signal).catch(() => {});
    }
  }

  async #administrable(pair: Pair, signal: AbortSignal): Promise<Roles> {
    const roles = await readRoles(this.#run, pair, signal);
    const at = address(this.#login);
    if (!roles.owner)
      throw (
        (await loginNameDiffers(this.#run, at, pair.owner, signal)) ?? usersMissing(at, pair.owner)
      );
    const foreign =
      roles.clone && !roles.membership.member && roles.clone.comment !== cloneMark(pair.owner);
    if (foreign) throw cloneForeign(at, pair.clone, roles.actsAs);
    requireOwnRights(pair, roles, at);
    const grant = missingGrant(roles, [roles.owner, ...(roles.clone ? [roles.clone] : [])]);
    if (grant)
      throw new PermissionDenied(at, this.#login.username, `administer ${pair.owner}`, grant);
    return roles;
  }
}
