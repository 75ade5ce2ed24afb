import { randomInt } from "node:crypto";
import type { Secret } from "../../secret/secret.ts";
import { address } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { Pair, PairOperations } from "../login/pair.ts";
import { StandInIncomplete } from "../login/pair-errors.ts";
import { defaultPolicy, generatePassword } from "../login/password.ts";
import { databaseOf, readAdministrable, type Seat } from "./administering.ts";
import { inTime, type RunAs } from "./run.ts";
import { requireUnused, sessionsOf } from "./sessions.ts";
import { likeness, type User, without } from "./users.ts";

/** Nobody knows it. */
const throwAway = () => generatePassword(defaultPolicy, randomInt);

/** What belongs to whom is no question here: collections have no owner. */
export class MongodbPairs implements PairOperations {
  readonly #seat: Seat;
  readonly #run: RunAs;
  /** Of users who lost their sessions here. */
  readonly #ended = new Set<string>();

  constructor(seat: Seat) {
    this.#seat = seat;
    this.#run = seat.run;
  }

  get #db(): string {
    return databaseOf(this.#seat.login);
  }

  #whose(user: string) {
    return { user, db: this.#db, asking: this.#seat.asking };
  }

  async requireAdministrable(pair: Pair, signal: AbortSignal): Promise<readonly Notice[]> {
    await readAdministrable(this.#seat, pair, signal);
    return [];
  }

  /** The server never logs in by itself. */
  async requireNothingInside(): Promise<void> {}

  async align(
    pair: Pair,
    { username, password }: { readonly username: string; readonly password: Secret<string> },
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    const users = await readAdministrable(this.#seat, pair, signal);
    const isClone = username === pair.clone;
    const [user, other] = isClone ? [users.clone, users.owner] : [users.owner, users.clone];
    const pwd = password.reveal();
    const action = `align user ${username} with ${pair.owner}`;
    if (user && !this.#ended.has(username))
      await requireUnused(this.#run, address(this.#seat.login), this.#whose(username), signal);
    if (!user && other) {
      const like = likeness(other, isClone ? pair.owner : undefined);
      const roles = other.roles.map((role) => ({ ...role }));
      await this.#change({ createUser: username, pwd, roles, ...like }, action, signal);
    } else if (isClone && user && users.owner) {
      await this.#alignRoles(user, users.owner, action, signal);
      const like = likeness(users.owner, pair.owner);
      await this.#change({ updateUser: username, pwd, ...like }, action, signal);
    } else {
      await this.#change({ updateUser: username, pwd }, action, signal);
    }
    return [];
  }

  /** Before the password: until then nobody logs in with more or less than the owner's rights. */
  async #alignRoles(clone: User, owner: User, action: string, signal: AbortSignal): Promise<void> {
    const missing = without(owner.roles, clone.roles).map((role) => ({ ...role }));
    const extra = without(clone.roles, owner.roles).map((role) => ({ ...role }));
    if (missing.length > 0)
      await this.#change({ grantRolesToUser: clone.name, roles: missing }, action, signal);
    if (extra.length > 0)
      await this.#change({ revokeRolesFromUser: clone.name, roles: extra }, action, signal);
  }

  async requireActsAs(pair: Pair, signal: AbortSignal): Promise<void> {
    const { users } = await this.#seat.privileges(signal);
    const { username, database } = this.#seat.login;
    if (users.includes(`${username}@${database}`)) return;
    const problem = "the server no longer knows who logged in";
    const remedy = "Rotate again, which repairs it.";
    throw new StandInIncomplete(address(this.#seat.login), username, pair.owner, problem, remedy);
  }

  async rights(signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#seat.privileges(signal)).texts;
  }

  async sessionsOf(username: string, signal: AbortSignal): Promise<number> {
    return (await sessionsOf(this.#run, this.#whose(username), signal)).length;
  }

  /** MongoDB has no users that may not log in: it gets a password that nobody knows. */
  async disable(pair: Pair, username: string, signal: AbortSignal): Promise<void> {
    const users = await readAdministrable(this.#seat, pair, signal);
    if (!(username === pair.clone ? users.clone : users.owner)) return;
    const pwd = throwAway().reveal();
    await this.#change({ updateUser: username, pwd }, `disable user ${username}`, signal);
  }

  /**
   * No command closes a user's connections. But each command looks its user up, and finds one of another `userId` to be
   * none (`AuthorizationManager::reacquireUser` in the server's source): so the user is made anew, disabled.
   */
  async endSessions(pair: Pair, username: string, signal: AbortSignal): Promise<number> {
    const users = await readAdministrable(this.#seat, pair, signal);
    const user = username === pair.clone ? users.clone : users.owner;
    if (!user) return 0;
    const action = `end the sessions of ${username}`;
    const sessions = await sessionsOf(this.#run, this.#whose(username), signal);
    const like = likeness(user, user.standsInFor);
    const roles = user.roles.map((role) => ({ ...role }));
    await this.#change({ dropUser: username }, action, signal);
    const pwd = throwAway().reveal();
    await this.#change({ createUser: username, pwd, roles, ...like }, action, signal);
    this.#ended.add(username);
    for (const { operation } of sessions)
      if (operation) await this.#run("admin", { killOp: 1, op: operation }, action, signal);
    return sessions.length;
  }

  async #change(command: Parameters<RunAs>[1], action: string, signal: AbortSignal): Promise<void> {
    await this.#run(this.#db, { ...command, ...inTime }, action, signal);
  }
}
