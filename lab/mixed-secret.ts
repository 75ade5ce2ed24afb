import { randomBytes } from "node:crypto";
import type { DatabaseSecret } from "./database-secret.ts";
import type { Beside, WorldOptions } from "./world.ts";

/** The fields of a mixed secret, beside the database's login. */
interface Mixed extends DatabaseSecret {
  readonly REPORTS_URL: string;
  readonly jwt_secret: string;
  readonly jwt_previous?: string;
}

/** A second login, which is only in a URL and rotates in place, and a signing key. */
export const mixed: NonNullable<WorldOptions["beside"]> = async ({ server, address, name }) => {
  const username = `${name}_reports`;
  const password = await server.newUser(username);
  const login = { ...address, database: server.defaultDatabase, username, password };
  const REPORTS_URL =
    server.otherUrl?.(login) ?? `${server.url(login).replace("://", "+asyncpg://")}?ssl=require`;
  const fields = { REPORTS_URL, jwt_secret: randomBytes(32).toString("hex") };
  return { fields, credentials: credentials(server.type) };
};

const credentials = (type: string): Beside["credentials"] => [
  { type, strategy: "in-place", urls: ["REPORTS_URL"], fields: {} },
  { type: "generated", format: "hex", field: "jwt_secret", previous: "jwt_previous" },
];

/**
 * What is wrong between AWSCURRENT and AWSPREVIOUS when a rotation is over.
 * @param leaked what leaked is kept nowhere
 */
export function unlike(
  current: DatabaseSecret,
  previous: DatabaseSecret,
  leaked = false,
): string[] {
  const [now, old] = [current as Mixed, previous as Mixed];
  if (now.jwt_secret === undefined) return [];
  return [
    now.jwt_secret === old.jwt_secret && "the signing key was not replaced",
    !leaked && now.jwt_previous !== old.jwt_secret && "the previous signing key was not kept",
    leaked && now.jwt_previous === old.jwt_secret && "the signing key that leaked was kept",
    now.REPORTS_URL === old.REPORTS_URL && "the URL was not replaced",
    now.password === old.password && "the password was not replaced",
  ].filter((problem) => problem !== false);
}
