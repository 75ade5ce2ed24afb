import { address, type Login } from "../login/login.ts";
import { ReadOnlyServer } from "../login/server-errors.ts";
import { Connection } from "./connection.ts";
import { NodeDiffers, NodeDown, SentinelFound } from "./errors.ts";
import { commandFailure, loginFailure } from "./failures.ts";
import { clusterNodes, Info, type Place } from "./info.ts";
import type { Run } from "./users.ts";

/** One server of those that share the data. Each has users of its own, which no replication carries. */
export interface Node {
  /** In a cluster: the same whichever node it was found by. */
  readonly id: string;
  readonly address: string;
  readonly info: Info;
  readonly run: Run;
}

/** The session's own server, and those that it leads to. */
export class Nodes implements AsyncDisposable {
  readonly #entry: Open;
  readonly #others = new Map<string, Open>();
  #found = false;

  constructor(login: Login, connection: Connection) {
    this.#entry = { id: "", login, connection };
  }

  /**
   * Every server, the session's own last: its answers decide what comes next.
   * @throws SentinelFound, ReadOnlyServer, NodeDown, NodeDiffers, and what a login throws
   */
  async all(action: string, signal: AbortSignal): Promise<readonly Node[]> {
    const entry = await nodeOf(this.#entry, action, signal);
    if (entry.info.isSentinel) throw new SentinelFound(entry.address);
    if (entry.info.isReplica && !entry.info.isCluster) throw new ReadOnlyServer(entry.address);
    if (!this.#found) await this.#find(entry, signal);
    this.#found = true;
    const others = [...this.#others.values()].map((each) => nodeOf(each, action, signal));
    return [...(await Promise.all(others)), { ...entry, id: this.#entry.id }];
  }

  /** The one server on which sessions look for each other's locks, whichever of the servers each began with. */
  async lockable(action: string, signal: AbortSignal): Promise<Run | undefined> {
    const nodes = await this.all(action, signal);
    if (!nodes.at(-1)?.info.isCluster) return nodes.at(-1)?.run;
    return nodes.toSorted((one, other) => (one.id < other.id ? -1 : 1))[0]?.run;
  }

  async #find(entry: Node, signal: AbortSignal): Promise<void> {
    if (entry.info.isCluster) {
      const text = String(await entry.run("CLUSTER", "NODES"));
      const { own, others } = clusterNodes(text, entry.address);
      this.#entry.id = own;
      for (const place of others) await this.#open(place, signal);
      return;
    }
    // A replica may have replicas of its own.
    const open = [...entry.info.replicas(entry.address)];
    for (let place = open.shift(); place; place = open.shift()) {
      const found = await this.#open(place, signal);
      if (found) open.push(...found.info.replicas(found.address));
    }
  }

  /** @returns `undefined` for one that is open already */
  async #open(place: Place, signal: AbortSignal): Promise<Node | undefined> {
    const { id = "", host, port } = place;
    const login = { ...this.#entry.login, host, port };
    const at = address(login);
    if (this.#others.has(at)) return undefined;
    const open = { id, login, connection: await this.#loginAt(login, signal) };
    this.#others.set(at, open);
    return nodeOf(open, "look at it", signal);
  }

  /** Proves a login on every server but the session's own. @throws NodeDiffers, and what a login throws */
  async requireAccepted(login: Login, signal: AbortSignal): Promise<void> {
    for (const { login: at } of this.#others.values()) {
      const there = { ...login, host: at.host, port: at.port };
      await using _ = await this.#loginAt(there, signal);
    }
  }

  /**
   * A server that the first one names must prove that it belongs to it: its certificate is for the same host, or of the
   * authority that the manifest itself holds.
   */
  async #loginAt(login: Login, signal: AbortSignal): Promise<Connection> {
    const isOwn = typeof login.ca === "object";
    const { login: entry } = this.#entry;
    const names = isOwn ? [login.host, entry.host] : [entry.host];
    try {
      return await Connection.open(login, signal, { names });
    } catch (error) {
      const failure = loginFailure(error, login);
      if (failure === "refused") throw new NodeDiffers(address(login), login.username, "refuses");
      if (failure.code === "UNREACHABLE" || failure.code === "DNS_FAILED")
        throw new NodeDown(address(entry), address(login), "does not answer");
      throw failure;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = [this.#entry, ...this.#others.values()];
    await Promise.all(open.map(({ connection }) => connection[Symbol.asyncDispose]()));
  }
}

/** A server that this session is logged in to. */
interface Open {
  id: string;
  readonly login: Login;
  readonly connection: Connection;
}

async function nodeOf(
  { id, login, connection }: Open,
  action: string,
  signal: AbortSignal,
): Promise<Node> {
  const run = runOn(login, connection, action, signal);
  return { id, address: address(login), info: new Info(String(await run("INFO"))), run };
}

const runOn =
  (login: Login, connection: Connection, action: string, signal: AbortSignal): Run =>
  async (...words) => {
    try {
      return await connection.run(words, signal);
    } catch (error) {
      throw commandFailure(error, login, words, action);
    }
  };
