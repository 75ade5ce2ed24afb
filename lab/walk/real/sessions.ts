import pg from "pg";
import type { Holder } from "../holder.ts";
import type { Database } from "./database.ts";

/** Connections that holders keep open. */
export class Sessions implements AsyncDisposable {
  readonly #databases: readonly Database[];
  readonly #open = new Map<Holder, pg.Client>();

  constructor(databases: readonly Database[]) {
    this.#databases = databases;
  }

  open(holder: Holder): void {
    const { username: user, password, server: address } = holder.holds;
    const database = this.#databases.find(({ shadow }) => shadow.address === address)?.server;
    if (!database) return;
    const { host, port, ca, defaultDatabase } = database;
    const client = new pg.Client({
      host,
      port,
      user,
      password,
      database: defaultDatabase,
      ssl: { ca },
    });
    const ended = () => {
      holder.connected = false;
      this.#open.delete(holder);
    };
    client.on("error", ended).on("end", ended);
    this.#open.set(holder, client);
    client.connect().then(() => {
      holder.connected = this.#open.has(holder);
    }, ended);
  }

  close(holder: Holder): void {
    const client = this.#open.get(holder);
    this.#open.delete(holder);
    client?.end().catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#open.values()].map((client) => client.end()));
  }
}
