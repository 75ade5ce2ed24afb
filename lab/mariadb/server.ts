import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeDataFolder } from "../mysql-protocol/data-folder.ts";
import { firstStatements } from "../mysql-protocol/options.ts";
import { LocalServer, type Parts } from "../mysql-protocol/server.ts";
import { makeAuthority } from "../postgres/certificates.ts";
import { freePort } from "../postgres/free-port.ts";
import type { ServerOptions } from "../server.ts";
import { findBinaries, versionOf, whatIsMissing } from "./binaries.ts";
import { freshMariadb } from "./data-folder.ts";
import { serverOptions } from "./options.ts";
import { mariadbUsers, superuserStatements } from "./users.ts";

export interface MariadbOptions extends ServerOptions {
  /** Further options of the server, e.g. `--plugin-load-add=simple_password_check`. */
  readonly options?: readonly string[];
}

export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  const binaries = findBinaries();
  if (!binaries) throw new Error(whatIsMissing());
  const authority = await makeAuthority();
  const place = await makeDataFolder(freshMariadb(binaries), authority);
  const port = await freePort();
  const superuser = { username: "root", password: randomBytes(24).toString("base64url") };
  const first = firstStatements(place.folder, superuserStatements(superuser));
  const server = new MariadbServer(place.data, {
    type: "mariadb",
    title: `MariaDB ${versionOf(binaries)}`,
    passwordChange: "query SET PASSWORD",
    loggedStatements: [/'\*[0-9A-F]{40}'/, /# Query_time: /],
    program: binaries.mariadbd,
    arguments: [...serverOptions(binaries, { place, port, ...options }), first],
    folder: place.folder,
    leash: place.leash,
    authority,
    port,
    superuser,
    users: mariadbUsers,
    played: { version: "5.5.5-10.11.0-MariaDB", plugin: "mysql_native_password" },
  });
  return await server.started();
}

export class MariadbServer extends LocalServer {
  readonly #data: string;

  constructor(data: string, parts: Parts) {
    super(parts);
    this.#data = data;
  }

  /** The binary log so far, in which statements stand as they were written. */
  binaryLog(): string {
    const file = join(this.#data, "binary.000001");
    return existsSync(file) ? readFileSync(file, "latin1") : "";
  }
}
