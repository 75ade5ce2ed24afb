import type { Secret } from "../../secret/secret.ts";
import { approachBy } from "../login/approach.ts";
import type { Engine, Session } from "../login/engine.ts";
import { address, type Login } from "../login/login.ts";
import type { Notice } from "../login/notice.ts";
import type { Passwords, SecondPassword } from "../login/second-password.ts";
import { change, keep, keeperOf } from "./changes.ts";
import { Connection } from "./connection.ts";
import { lockBusy } from "./errors.ts";
import { loginFailure } from "./failures.ts";
import { lock } from "./lock.ts";
import { Nodes } from "./nodes.ts";
import { otherPasswordEnds } from "./notices.ts";
import { endConnections, requireChangeable, requireRoom } from "./requirements.ts";
import { isByRequirepass, requireRequirepass, setRequirepass } from "./requirepass.ts";
import { hashOf, isWithin } from "./users.ts";

export const redis: Engine = { login, approach: approachBy(login) };

async function login(
  login: Login,
  signal: AbortSignal,
  gate?: Promise<void>,
): Promise<Session | "refused"> {
  try {
    return new RedisSession(login, await Connection.open(login, signal, { gate }));
  } catch (error) {
    const failure = loginFailure(error, login);
    if (failure === "refused") return failure;
    throw failure;
  }
}

class RedisSession implements Session, SecondPassword {
  readonly #login: Login;
  readonly #nodes: Nodes;

  constructor(login: Login, connection: Connection) {
    this.#login = login;
    this.#nodes = new Nodes(login, connection);
  }

  get secondPassword(): SecondPassword {
    return this;
  }

  async lock(username: string, signal: AbortSignal): Promise<boolean> {
    const action = `lock user ${username}`;
    const run = await this.#nodes.lockable(action, signal);
    const waited = run && (await lock(run, username, signal));
    if (waited === undefined) throw lockBusy(address(this.#login), action);
    return waited;
  }

  async rehearsePassword(username: string, signal: AbortSignal): Promise<readonly Notice[]> {
    const action = `change the password of user ${username}`;
    const nodes = await this.#nodes.all(action, signal);
    if (isByRequirepass(this.#login, username)) await requireRequirepass(nodes);
    else await requireChangeable(nodes, this.#login, username, action);
    const entry = nodes.at(-1);
    if (entry) await requireRoom(entry, this.#login);
    return [];
  }

  async setPassword(
    username: string,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const nodes = await this.#nodes.all(`change the password of user ${username}`, signal);
    if (isByRequirepass(this.#login, username)) return setRequirepass(nodes, password);
    const hash = hashOf(password);
    // Where one of several servers fails, the others still take what AWSCURRENT holds.
    if (nodes.length > 1) await change(nodes, username, ({ hashes }) => [...hashes, hash]);
    await change(nodes, username, () => [hash]);
    await this.#nodes.requireAccepted({ ...this.#login, username, password }, signal);
  }

  async keep(signal: AbortSignal): Promise<void> {
    for (const node of await this.#nodes.all("keep its users", signal))
      await keep(node, await keeperOf(node));
  }

  async requireUsable(
    username: string,
    known: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<readonly Notice[]> {
    const action = `change the passwords of user ${username}`;
    const nodes = await this.#nodes.all(action, signal);
    const users = await requireChangeable(nodes, this.#login, username, action);
    const hashes = new Set(known.map(hashOf));
    if (users.every((user) => isWithin(user.hashes, hashes))) return [];
    return [otherPasswordEnds(address(this.#login), username)];
  }

  async add(
    username: string,
    { kept, added }: { readonly kept: Secret<string>; readonly added: Secret<string> },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#change(username, [kept, added], signal);
  }

  async keepOnly(username: string, passwords: Passwords, signal: AbortSignal): Promise<void> {
    await this.#change(username, passwords, signal);
  }

  async endSessions(username: string, signal: AbortSignal): Promise<number> {
    let ended = 0;
    for (const { run } of await this.#nodes.all(`end the sessions of user ${username}`, signal))
      ended += await endConnections(run, username);
    return ended;
  }

  /** Then each password is proven on the servers that the caller does not see. */
  async #change(
    username: string,
    passwords: readonly Secret<string>[],
    signal: AbortSignal,
  ): Promise<void> {
    const nodes = await this.#nodes.all(`change the passwords of user ${username}`, signal);
    await change(nodes, username, () => passwords.map(hashOf));
    for (const password of passwords)
      await this.#nodes.requireAccepted({ ...this.#login, username, password }, signal);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#nodes[Symbol.asyncDispose]();
  }
}
