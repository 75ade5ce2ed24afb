import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { program } from "../cli/command-line.ts";
import { installMariadb } from "./mariadb/install.ts";
import { installMysql } from "./mysql/install.ts";
import { linkLibraries } from "./postgres/binaries.ts";
import {
  everyOlder,
  installMark,
  isInstalled,
  type OlderVersion,
  olderFolder,
  olderPackage,
  olderVersions,
  packageName,
} from "./postgres/versions.ts";
import { installRedis } from "./redis/install.ts";

const run = promisify(execFile);

const usage = `Installs the servers that tests use, in .servers/: older PostgreSQL, MariaDB, MySQL, Redis and Valkey (on Debian). Keeps what is installed.

  npm run servers -- [options]

  --help   print this`;

await program(usage, {}, async () => {
  for (const version of everyOlder) {
    if (!isInstalled(version)) await install(version);
    console.log(`PostgreSQL ${olderVersions[version].replace(/\.0-.*/, "")} is installed.`);
  }
  console.log(await installMariadb());
  console.log(await installMysql());
  for (const name of ["redis", "valkey"] as const) console.log(await installRedis(name));
});

async function install(version: OlderVersion): Promise<void> {
  const folder = olderFolder(version);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--no-package-lock"];
  // Its one script makes the libraries' symbolic links, which is done here.
  const options = ["--ignore-scripts", "--prefix", folder, ...quiet];
  await run("npm", ["install", ...options, `${packageName}@${olderVersions[version]}`]);
  await linkLibraries(`${olderPackage(version)}/native`);
  await writeFile(installMark(version), olderVersions[version]);
}
