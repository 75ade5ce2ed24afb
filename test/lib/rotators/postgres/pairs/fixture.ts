import { randomUUID } from "node:crypto";
import pg from "pg";
import type { PostgresServer } from "../../../../../lab/postgres/server.ts";
import type { Login } from "../../../../../lib/rotators/login/login.ts";
import type { Application, PairFixture } from "../../../../contracts/pair.ts";
import { openPostgresFixture, type PostgresFixture } from "../fixture.ts";

export interface PostgresPairFixture extends PairFixture, Pick<PostgresFixture, "query"> {
  readonly server: PostgresServer;
  /** From 16 on, CREATEROLE alone does not administer a role, and a membership has options. */
  readonly roleOptions: boolean;
}

export const { escapeIdentifier: quote, escapeLiteral: literal } = pg;

export async function openPairFixture(
  server: PostgresServer,
  major: number,
): Promise<PostgresPairFixture> {
  const fixture = await openPostgresFixture(server);
  const roleOptions = major >= 16;
  return {
    server,
    roleOptions,
    query: fixture.query,
    newUser: fixture.newUser,
    stored: (username) => fixture.stored(username),
    async newOwner(username) {
      const login = await fixture.newUser(username);
      const name = quote(login.username);
      // The first place of the default search_path is a schema of the name of current_user.
      await fixture.query(`CREATE SCHEMA ${name} AUTHORIZATION ${name}`);
      return login;
    },
    async newAdmin(owner) {
      const login = await fixture.newUser(`admin_${randomUUID().slice(0, 8)}`);
      await fixture.query(`ALTER ROLE ${quote(login.username)} CREATEROLE`);
      if (roleOptions) await fixture.query(adminGrant(owner, login.username));
      return login;
    },
    connect,
    [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose](),
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
