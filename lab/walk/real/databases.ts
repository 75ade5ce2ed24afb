import { makeAuthority } from "../../postgres/certificates.ts";
import { type PostgresServer, startPostgres } from "../../postgres/server.ts";
import { administrator } from "../engine.ts";
import type { Held } from "../holder.ts";
import { hosts, secrets as layouts } from "../layout.ts";
import { FakeServer, Servers } from "../server.ts";
import type { Truth } from "../truth.ts";
import { Database } from "./database.ts";

type Create = (secret: string, value: object) => Promise<void>;

/** The PostgreSQL servers of the walk. */
export class Databases {
  readonly list: readonly Database[];
  /** What is true of them. */
  readonly servers: Servers;

  private constructor(list: readonly Database[]) {
    this.list = list;
    this.servers = new Servers(list.map(({ shadow }) => shadow));
  }

  /** @param texts every value that a secret has held */
  static async start(
    parts: AsyncDisposableStack,
    texts: () => readonly string[],
  ): Promise<Databases> {
    const authority = await makeAuthority();
    const starting = hosts.map(async (name) => {
      const server = parts.use(await startPostgres({ authority }));
      const proxy = parts.use(await server.proxy());
      const watcher = { changing: (change: () => void) => change() };
      const shadow = new FakeServer(name, `${proxy.host}:${proxy.port}`, watcher);
      return new Database(server, proxy, shadow, texts);
    });
    return new Databases(await Promise.all(starting));
  }

  get ca(): string {
    return this.list[0]?.server.ca ?? "";
  }

  /** The users, and an administrator on each server. */
  async furnish(create: Create): Promise<void> {
    for (const { server, proxy, shadow } of this.list) {
      const { host, port } = proxy;
      const usernames: string[] = [];
      for (const { name } of layouts.filter((each) => each.host === shadow.host)) {
        const username = name.replace("/", "_");
        const password = await server.newOwner({ username, database: username });
        await create(name, { host, port, dbname: username, username, password, note: "kept" });
        usernames.push(username);
      }
      const password = await newAdministrator(server, usernames);
      await create(`admin/${shadow.host}`, { host, port, username: administrator, password });
    }
    await this.note((change) => change());
  }

  /** @param changing is told of each change since, and makes it */
  async note(changing: (change: () => void) => void): Promise<void> {
    for (const database of this.list) await database.note(changing);
  }

  async setDown(server: FakeServer, isDown: boolean): Promise<void> {
    if (server.isDown !== isDown) await this.#of(server)?.setDown(isDown);
  }

  async setPassword({ server, username }: Held, password: string): Promise<void> {
    await this.#of(this.servers.at(server))?.setPassword(username, password);
  }

  /** By real logins. @throws where the oracle takes a server wrongly */
  async requireTrue(truth: Truth): Promise<void> {
    for (const secret of truth.managed()) {
      const { current, server } = truth.of(secret);
      const all = [...(current ? [current] : []), ...truth.logins(secret)];
      for (const { username, password } of all)
        await this.#of(server)?.requireTrue(username, password);
    }
  }

  #of(server: FakeServer | undefined): Database | undefined {
    return this.list.find(({ shadow }) => shadow === server);
  }
}

/** As RDS has it, for all these users. */
async function newAdministrator(
  server: PostgresServer,
  [first = "", ...others]: readonly string[],
) {
  const password = await server.newAdministrator(administrator, first);
  for (const each of others)
    await server.query(`GRANT "${each}" TO ${administrator} WITH ADMIN OPTION`);
  return password;
}
