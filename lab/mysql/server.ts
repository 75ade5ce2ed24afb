import { randomBytes } from "node:crypto";
import { makeDataFolder } from "../mysql-protocol/data-folder.ts";
import { firstStatements, sharedOptions } from "../mysql-protocol/options.ts";
import { LocalServer } from "../mysql-protocol/server.ts";
import { makeAuthority } from "../postgres/certificates.ts";
import { freePort } from "../postgres/free-port.ts";
import type { ServerOptions } from "../server.ts";
import { findBinaries, versionOf, whatIsMissing } from "./binaries.ts";
import { freshMysql, smallFiles } from "./data-folder.ts";
import { mysqlUsers, superuserStatements } from "./users.ts";

export interface MysqlOptions extends ServerOptions {
  /** Further options of the server, e.g. `--max-connections=20`. */
  readonly options?: readonly string[];
}

/** A real MySQL server on loopback, with TLS and nothing else, gone with this process. */
export async function startMysql(options: MysqlOptions = {}): Promise<LocalServer> {
  const binaries = findBinaries();
  if (!binaries) throw new Error(whatIsMissing());
  const authority = await makeAuthority();
  const place = await makeDataFolder(freshMysql(binaries), authority);
  const port = await freePort();
  const superuser = { username: "super", password: randomBytes(24).toString("base64url") };
  const server = new LocalServer({
    type: "mysql",
    title: `MySQL ${versionOf(binaries)}`,
    passwordChange: "query ALTER USER",
    loggedStatements: [
      /\tALTER USER .* IDENTIFIED (?:BY <secret>|WITH 'caching_sha2_password' AS 0x)/,
      /# Query_time: /,
    ],
    program: binaries.loader,
    arguments: [
      ...binaries.server,
      ...sharedOptions({ place, port, ...options }),
      ...smallFiles,
      ...(options.options ?? []),
      firstStatements(place.folder, superuserStatements(superuser)),
    ],
    folder: place.folder,
    leash: place.leash,
    authority,
    port,
    superuser,
    users: mysqlUsers,
    played: { version: "9.7.4", plugin: "caching_sha2_password" },
  });
  return await server.started();
}
