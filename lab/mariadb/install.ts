import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findBinaries, unpacked, versionOf } from "./binaries.ts";

const run = promisify(execFile);

/** Its programs, a program that mariadb-install-db calls, and its plugins. */
const packages = ["mariadb-server-core", "mariadb-client-core", "mariadb-server"];

/**
 * Unpacks Debian's packages without installing them, so that no service starts; a machine that has MariaDB keeps its own.
 * @returns what is there now, as a sentence
 */
export async function installMariadb(): Promise<string> {
  if (!findBinaries() && existsSync("/usr/bin/apt-get")) await unpack();
  const binaries = findBinaries();
  if (!binaries)
    return "MariaDB is not installed: put mariadbd on the PATH. Its tests are skipped.";
  return `MariaDB ${versionOf(binaries)} is installed.`;
}

async function unpack(): Promise<void> {
  await mkdir(dirname(unpacked), { recursive: true });
  const made = await mkdtemp(`${unpacked}-`);
  await run("apt-get", ["download", "-qq", ...packages], { cwd: made });
  for (const file of await readdir(made))
    await run("dpkg", ["-x", join(made, file), join(made, "root")]);
  await requireLibraries(join(made, "root/usr/sbin/mariadbd"));
  await rename(join(made, "root"), unpacked);
  await rm(made, { recursive: true });
}

async function requireLibraries(program: string): Promise<void> {
  const { stdout } = await run("ldd", [program]);
  const missing = [...stdout.matchAll(/^\s*(\S+) => not found$/gm)].map(([, name]) => name);
  if (missing.length > 0)
    throw new Error(
      `MariaDB needs libraries that this machine lacks: ${missing.join(", ")}. Install them: apt-get install --no-install-recommends mariadb-server-core.`,
    );
}
