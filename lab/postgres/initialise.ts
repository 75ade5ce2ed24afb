import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Account, type Binaries, own } from "./binaries.ts";
import type { Leash } from "./leash.ts";

const run = promisify(execFile);
const cache = resolve(import.meta.dirname, "../../node_modules/.cache/quarterturn/postgres");
const username = "postgres";
const options = ["--auth=scram-sha-256", "--no-sync", "--encoding=UTF8", "--no-locale"];

/** The environment of PostgreSQL's programs: no PG* variable of the developer's reaches them. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  // A given time zone spares initdb the search for the system's.
  return { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
}

/** Where a server's data goes, its programs and who runs them. `leash.release()` removes it all. */
export interface Place {
  folder: string;
  data: string;
  binaries: Binaries;
  account: Account;
  leash: Leash;
}

/**
 * Fills the data folder with a copy of one that is kept on disk, because initdb takes most of the time of a server's
 * start. All servers of a version have the same superuser, then; they listen on loopback alone.
 * @returns the superuser
 */
export async function initialise(place: Place): Promise<{ username: string; password: string }> {
  const { stdout: version } = await run(place.binaries.initdb, ["--version"], { cwd: "/" });
  const text = [version, username, ...options].join();
  const kept = join(cache, createHash("sha256").update(text).digest("hex").slice(0, 16));
  if (!existsSync(kept)) await keep(place, kept);
  const copying = run("/bin/cp", ["-Rp", join(kept, "data"), place.data]);
  place.leash.hold(copying.child.pid);
  await copying;
  place.leash.hold(undefined);
  return { username, password: await readFile(join(kept, "password"), "utf8") };
}

async function keep(place: Place, folder: string): Promise<void> {
  const password = randomBytes(24).toString("base64url");
  await initdb(place, password);
  await mkdir(cache, { recursive: true });
  const made = await mkdtemp(join(cache, "new-"));
  await run("/bin/cp", ["-Rp", place.data, join(made, "data")]);
  await writeFile(join(made, "password"), password, { mode: 0o600 });
  // Where another process was faster, its folder stays.
  await rename(made, folder).catch(() => rm(made, { recursive: true }));
  await rm(place.data, { recursive: true });
}

async function initdb(place: Place, password: string): Promise<void> {
  const passwordFile = join(place.folder, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  await mkdir(place.data, { mode: 0o700 });
  for (const each of [place.folder, place.data]) await own(each, place.account);
  const initdb = spawn(
    place.binaries.initdb,
    ["-D", place.data, "-U", username, `--pwfile=${passwordFile}`, ...options],
    {
      ...place.account,
      cwd: place.folder,
      env: serverEnvironment(),
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  place.leash.hold(initdb.pid);
  const errors = initdb.stderr.setEncoding("utf8").toArray();
  const [code] = await once(initdb, "close");
  place.leash.hold(undefined);
  await rm(passwordFile);
  if (code !== 0) throw new Error(`initdb failed: ${(await errors).join("")}`);
}
