import { randomInt } from "node:crypto";
import type { Secret } from "../../secret/secret.ts";
import { accepts } from "../login/engine.ts";
import { PairUnusable } from "../login/errors.ts";
import type { Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { Pair, PairOperations } from "../login/pair.ts";
import { StandInIncomplete } from "../login/pair-errors.ts";
import { defaultPolicy, generatePassword } from "../login/password.ts";
import { mongodb } from "../mongodb/mongodb.ts";
import { readUsers, requireUsable } from "./administering.ts";
import type { AtlasApi } from "./api.ts";
import { type Patience, untilApplied } from "./applied.ts";
import { projectName, usersMissing } from "./errors.ts";
import { type AtlasUser, aligned, isLike, noRoles } from "./user.ts";

/** Nobody knows it. */
const throwAway = () => generatePassword(defaultPolicy, randomInt);

/** What a service account's session works with. */
export interface Desk {
  readonly api: AtlasApi;
  readonly project: string;
  /** Where users log in; user and password are anybody's. */
  readonly cluster: Login;
  readonly patience: Patience;
}

/** Each change is over when a login shows it. */
export class AtlasPairs implements PairOperations {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** That the service account may also write does not show without a change. */
  async requireAdministrable(pair: Pair, signal: AbortSignal): Promise<readonly Notice[]> {
    await readUsers(this.#desk, pair, signal);
    return [];
  }

  /** The server never logs in by itself. */
  async requireNothingInside(): Promise<void> {}

  async align(
    pair: Pair,
    { username, password }: { readonly username: string; readonly password: Secret<string> },
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    const users = await readUsers(this.#desk, pair, signal);
    const present = username === pair.clone ? users.clone : users.owner;
    const wanted = aligned(users, pair, username);
    if (!wanted)
      throw new PairUnusable(
        pair.owner,
        `both ${pair.owner} and ${pair.clone} lost their roles when their connections were ended`,
        `Give ${pair.owner} its roles in the Atlas console, and rotate again.`,
      );
    // An earlier attempt did not see the end of its change.
    const login = { ...this.#desk.cluster, username, password };
    if (present && isLike(present, wanted) && (await accepts(mongodb, login, signal))) return [];
    await this.#put(wanted, present !== undefined, password, signal);
    return [];
  }

  /** A service account is not a database user. */
  async requireActsAs(pair: Pair): Promise<void> {
    const problem = "it is not a user of the cluster";
    const remedy = "Put the login of a database user into the secret.";
    throw new StandInIncomplete(
      projectName(this.#desk.project),
      "of a service account",
      pair.owner,
      problem,
      remedy,
    );
  }

  /** The API does not show them, and users may see their own alone. */
  async sessionsOf(): Promise<undefined> {}

  /** Atlas has no users that may not log in: it gets a password that nobody knows. */
  async disable(pair: Pair, username: string, signal: AbortSignal): Promise<void> {
    const user = await this.#one(pair, username, signal);
    if (user) await this.#put(user, true, throwAway(), signal);
  }

  /**
   * Nothing closes a user's connections. But each command is checked against the roles that the user has by then, so it
   * loses them. They come back with its next turn, from the other user.
   * @returns 0: nobody can count them
   */
  async endSessions(pair: Pair, username: string, signal: AbortSignal): Promise<number> {
    const user = await this.#one(pair, username, signal);
    if (user) await this.#put({ ...user, roles: noRoles }, true, throwAway(), signal);
    return 0;
  }

  /** Of one user, without a look at others. */
  async setPassword(
    username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const { api, project } = this.#desk;
    const user = await api.find(username, "admin", signal);
    if (!user) throw usersMissing(project, username);
    requireUsable(user);
    await this.#put(user, true, password, signal);
  }

  async #put(
    user: AtlasUser,
    isThere: boolean,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const { api, cluster, patience } = this.#desk;
    await api.put(user, isThere, password, signal);
    await untilApplied({ ...cluster, username: user.name, password }, patience, signal);
  }

  async #one(pair: Pair, username: string, signal: AbortSignal): Promise<AtlasUser | undefined> {
    const { owner, clone } = await readUsers(this.#desk, pair, signal);
    return username === pair.clone ? clone : owner;
  }
}
