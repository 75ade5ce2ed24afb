import { execFile } from "node:child_process";
import { cp, readFile, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import {
  isInstalled,
  type OlderVersion,
  olderPackage,
  olderVersions,
  packageName,
} from "./versions.ts";

const run = promisify(execFile);

/** The account that runs the server; empty where this process's own account does. */
export type Account = { uid: number; gid: number } | Record<never, never>;

export interface Binaries {
  initdb: string;
  postgres: string;
}

/** PostgreSQL refuses to run as root, so root runs it as `nobody`. */
export async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const entry = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(await readFile("/etc/passwd", "utf8"));
  if (!entry)
    throw new Error("PostgreSQL refuses to run as root, and /etc/passwd has no user `nobody`");
  return { uid: Number(entry[1]), gid: Number(entry[2]) };
}

/**
 * PostgreSQL's programs, able to run as `account`: the installed package's own, or a copy below
 * `scratch` where they cannot run in their place (a home folder that `nobody` may not enter; a
 * package whose install script, which makes the libraries' symbolic links, was blocked).
 */
export async function findBinaries(
  scratch: string,
  account: Account,
  older?: OlderVersion,
): Promise<Binaries> {
  const installed = older ? olderBinaries(older) : await installedBinaries();
  if ((await whyNotRunnable(installed, account)) === undefined) return installed;
  const native = join(scratch, "native");
  await copyPackage(dirname(dirname(installed.postgres)), native, account);
  const copied = binariesIn(native);
  const reason = await whyNotRunnable(copied, account);
  if (reason !== undefined) throw new Error(`PostgreSQL's programs cannot run here: ${reason}`);
  return copied;
}

async function installedBinaries(): Promise<Binaries> {
  try {
    return await import(packageName);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error(
      `No PostgreSQL binaries for this machine: ${packageName} is not installed. ` +
        "They exist for Linux and macOS (x64, arm64); run `npm ci` without `--omit=optional`.",
    );
  }
}

function olderBinaries(older: OlderVersion): Binaries {
  if (isInstalled(older)) return binariesIn(join(olderPackage(older), "native"));
  throw new Error(`PostgreSQL ${olderVersions[older]} is not installed; run \`npm run servers\`.`);
}

function binariesIn(native: string): Binaries {
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

async function whyNotRunnable(binaries: Binaries, account: Account): Promise<string | undefined> {
  try {
    // They need different libraries: one may run although the other does not.
    await Promise.all(
      [binaries.initdb, binaries.postgres].map((file) =>
        run(file, ["--version"], { ...account, cwd: "/" }),
      ),
    );
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function copyPackage(from: string, to: string, account: Account): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(to);
  await own(to, account);
}

/** What the package's own install script does, in its folder `native`. */
export async function linkLibraries(native: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, "pg-symlinks.json"), "utf8"),
  );
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    await symlink(relative(dirname(target), source), link).catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** Gives a folder and all in it to the server's account. */
export async function own(folder: string, account: Account): Promise<void> {
  if (!("uid" in account)) return;
  await run("chown", ["-R", `${account.uid}:${account.gid}`, folder]);
}
