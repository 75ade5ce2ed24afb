import { randomUUID } from "node:crypto";
import pg from "pg";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { type EngineFixture, newPassword } from "../../../contracts/engine.ts";

/** What a fixture needs of a server; the one of all tests has it, and so has one started by a test. */
export interface Server {
  readonly host: string;
  readonly port: number;
  readonly ca: string;
  readonly superuser: { readonly username: string; readonly password: string };
}

export interface PostgresFixture extends EngineFixture {
  /** As superuser, on a connection that stays open. */
  query(sql: string): Promise<Record<string, unknown>[]>;
  /** The login of a user that exists already, or not. */
  loginOf(username: string): Login;
}

export async function openPostgresFixture(server: Server): Promise<PostgresFixture> {
  const { host, port, ca, superuser } = server;
  // One connection, one statement after the other: tests of one server may run at once.
  const client = new pg.Pool({
    max: 1,
    idleTimeoutMillis: 0,
    host,
    port,
    database: "postgres",
    user: superuser.username,
    password: superuser.password,
    ssl: { ca },
  });
  client.on("error", () => {});
  const query = async (sql: string) => [await client.query(sql)].flat().at(-1)?.rows ?? [];
  const loginOf = (username: string): Login => ({
    host,
    port,
    database: "postgres",
    username,
    password: newPassword(),
    ca: { pem: ca },
    passwordForm: "verifier",
  });
  return {
    query,
    loginOf,
    async newUser(username = `user_${randomUUID().slice(0, 8)}`) {
      const login = loginOf(username);
      const password = pg.escapeLiteral(login.password.reveal());
      await query(`CREATE ROLE ${pg.escapeIdentifier(username)} LOGIN PASSWORD ${password}`);
      return login;
    },
    async stored(username) {
      // Of the whole row: a rehearsal must not leave as much as a new version of it.
      const name = pg.escapeLiteral(username);
      const [row] = await query(`SELECT xmin, ctid, * FROM pg_authid WHERE rolname = ${name}`);
      return JSON.stringify(row);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
