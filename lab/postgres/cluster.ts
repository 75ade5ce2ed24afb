import { constants, mkdtemp, stat, writeFile } from "node:fs/promises";
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

export async function createCluster(
  authority: Authority,
  hba = TLS_ONLY,
  older?: OlderVersion,
): Promise<Cluster> {
  const account = await serverAccount();
  const folder = await mkdtemp(join(await temporaryFolder(), "quarterturn-postgres-"));
  const held = leash(folder);
  try {
    const data = join(folder, "data");
    await own(folder, account);
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
