import { randomUUID } from "node:crypto";
import pg from "pg";
import type { PostgresServer } from "../../../../../lab/postgres/server.ts";
import type { Login } from "../../../../../lib/rotators/login/login.ts";
import type { Application, PairBench } from "../../../../contracts/pair.ts";
import { openPostgresBench, type PostgresBench } from "../bench.ts";

export interface PostgresPairBench extends PairBench, Pick<PostgresBench, "query"> {
  readonly server: PostgresServer;
  /** From 16 on, CREATEROLE alone does not administer a role, and a membership has options. */
  readonly roleOptions: boolean;
}

export const { escapeIdentifier: quote, escapeLiteral: literal } = pg;

export async function openPairBench(
  server: PostgresServer,
  major: number,
): Promise<PostgresPairBench> {
  const bench = await openPostgresBench(server);
  const roleOptions = major >= 16;
  return {
    server,
    roleOptions,
    query: bench.query,
    newUser: bench.newUser,
    stored: (username) => bench.stored(username),
    async newOwner(username) {
      const login = await bench.newUser(username);
      const name = quote(login.username);
      // The first place of the default search_path is a schema of the name of current_user.
      await bench.query(`CREATE SCHEMA ${name} AUTHORIZATION ${name}`);
      return login;
    },
    async newAdmin(owner) {
      const login = await bench.newUser(`admin_${randomUUID().slice(0, 8)}`);
      await bench.query(`ALTER ROLE ${quote(login.username)} CREATEROLE`);
      if (roleOptions) await bench.query(adminGrant(owner, login.username));
      return login;
    },
    connect,
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}

/** As documented for 16 and later. */
const adminGrant = (role: string, admin: string): string =>
  `GRANT ${quote(role)} TO ${quote(admin)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`;

async function connect({ username: user, password, ca, ...to }: Login): Promise<Application> {
  const { host, port, database } = to;
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    password: password.reveal(),
    ssl: { ca: typeof ca === "object" ? ca.pem : "" },
  });
  client.on("error", () => {});
  const ended = new Promise<void>((resolve) => client.once("end", resolve));
  await client.connect();
  return {
    query: async (sql) => [await client.query(sql)].flat().at(-1)?.rows ?? [],
    ended,
    [Symbol.asyncDispose]: () => client.end(),
  };
}
