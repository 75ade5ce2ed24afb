import { access, constants, mkdtemp, stat, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findBinaries, own, serverAccount } from "./binaries.ts";
import type { Authority } from "./certificates.ts";
import { initialise, type Place } from "./initialise.ts";
import { leash } from "./leash.ts";
import type { OlderVersion } from "./versions.ts";

export interface Cluster extends Place {
  superuser: { username: string; password: string };
}

// Only TLS, only SCRAM: a plain connection is refused with 28000, as a server that has
// `rds.force_ssl` set does.
const TLS_ONLY = ["hostssl all all 127.0.0.1/32 scram-sha-256"];

const name = "quarterturn-postgres-";

/** A file system in memory, where a server starts in a third of the time. Programs may be forbidden there. */
export const memory = "/dev/shm";

/** In bytes: more than all servers of a run of the tests hold at a time. */
const plenty = 2 ** 31;

export async function createCluster(
  authority: Authority,
  hba = TLS_ONLY,
  older?: OlderVersion,
): Promise<Cluster> {
  const account = await serverAccount();
  const folder = await mkdtemp(join(await temporaryFolder(), name));
  const fast = (await hasRoom(memory)) ? await mkdtemp(join(memory, name)) : folder;
  const held = leash(...new Set([folder, fast]));
  try {
    const data = join(fast, "data");
    for (const each of [folder, fast]) await own(each, account);
    const binaries = await findBinaries(folder, account, older);
    const place = { folder, data, binaries, account, leash: held };
    const cluster = { ...place, superuser: await initialise(place) };
    const server = await authority.issue(["localhost", "127.0.0.1"]);
    await writeFile(join(data, "server.crt"), server.certificate);
    await writeFile(join(data, "server.key"), server.key, { mode: 0o600 });
    await writeFile(join(data, "pg_hba.conf"), `${hba.join("\n")}\n`);
    await own(data, account);
    return cluster;
  } catch (error) {
    await held.release();
    throw error;
  }
}

/** The system's temporary folder, or /tmp where that one is closed to other accounts than root. */
async function temporaryFolder(): Promise<string> {
  const preferred = tmpdir();
  if (process.getuid?.() !== 0) return preferred;
  for (let path = preferred; path !== dirname(path); path = dirname(path)) {
    if (((await stat(path)).mode & constants.S_IXOTH) === 0) return "/tmp";
  }
  return preferred;
}

/** Containers often have 64 MiB there, other systems nothing. */
export async function hasRoom(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= plenty;
  } catch {
    return false;
  }
}
