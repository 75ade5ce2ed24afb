import type { Secret } from "../../secret/secret.ts";
import { approachBy } from "../login/approach.ts";
import type { Engine, Session } from "../login/engine.ts";
import { address, type Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { PairOperations } from "../login/pair.ts";
import { ReadOnlyServer } from "../login/server-errors.ts";
import { databaseOf } from "./administering.ts";
import { Connection } from "./connection.ts";
import { grantStatement, lockBusy, permissionDenied } from "./errors.ts";
import { commandFailure, loginFailure } from "./failures.ts";
import { lockActions, lockCollection, UserLock } from "./lock.ts";
import { MongodbPairs } from "./pairs.ts";
import { type Grant, Privileges } from "./privileges.ts";
import { inTime, type RunAs } from "./run.ts";

export const mongodb: Engine = { login, approach: approachBy(login) };

async function login(
  login: Login,
  signal: AbortSignal,
  gate?: Promise<void>,
): Promise<Session | "refused"> {
  try {
    return new MongodbSession(login, await Connection.open(login, signal, gate));
  } catch (error) {
    const failure = loginFailure(error, login);
    if (failure === "refused") return failure;
    throw failure;
  }
}

class MongodbSession implements Session {
  readonly pairs: PairOperations;
  readonly #login: Login;
  readonly #connection: Connection;
  readonly #lock: UserLock;

  constructor(login: Login, connection: Connection) {
    this.#login = login;
    this.#connection = connection;
    this.#lock = new UserLock(
      (...call) => connection.run(...call),
      this.#db,
      connection.clockAhead,
    );
    this.pairs = new MongodbPairs({
      run: this.#run,
      login,
      asking: connection.id,
      privileges: (signal) => this.#privileges(signal),
    });
  }

  /** The database of the users whose passwords change here. */
  get #db(): string {
    return databaseOf(this.#login);
  }

  async lock(username: string, signal: AbortSignal): Promise<boolean> {
    const action = `lock user ${username}`;
    const waited = await this.#lock.take(username, signal).catch((error: unknown) => {
      throw commandFailure(error, this.#login, action);
    });
    if (waited === undefined) throw lockBusy(address(this.#login), action);
    return waited;
  }

  /** A user cannot be changed on trial: no transaction holds such a change. So what would forbid it is asked. */
  async rehearsePassword(username: string, signal: AbortSignal): Promise<readonly Notice[]> {
    const at = address(this.#login);
    if (!this.#connection.isPrimary) throw new ReadOnlyServer(at);
    const isOwn = username === this.#login.username && this.#db === this.#login.database;
    const privileges = await this.#privileges(signal);
    const wanted: readonly Grant[] = [
      {
        resource: { db: this.#db, collection: "" },
        actions: [isOwn ? "changeOwnPassword" : "changePassword"],
      },
      { resource: { db: this.#db, collection: lockCollection }, actions: lockActions },
    ];
    const missing = privileges.isTold ? privileges.lacking(wanted) : [];
    if (missing.length === 0) return [];
    const action = `change the password of user ${username}`;
    const { username: who, database } = this.#login;
    const remedy = `Run as an administrator: ${grantStatement(who, database, missing)}`;
    throw permissionDenied(at, who, action, remedy);
  }

  async setPassword(
    username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const action = `change the password of user ${username}`;
    if (this.#lock.isLost) throw lockBusy(address(this.#login), action);
    const command = { updateUser: username, pwd: password.reveal(), ...inTime };
    await this.#run(this.#db, command, action, signal);
  }

  async #privileges(signal: AbortSignal): Promise<Privileges> {
    const command = { connectionStatus: 1, showPrivileges: true };
    return new Privileges(await this.#run("admin", command, "see what it may do", signal));
  }

  readonly #run: RunAs = async (db, command, action, signal) => {
    try {
      return await this.#connection.run(db, command, signal);
    } catch (error) {
      throw commandFailure(error, this.#login, action);
    }
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lock.release();
    await this.#connection[Symbol.asyncDispose]();
  }
}
