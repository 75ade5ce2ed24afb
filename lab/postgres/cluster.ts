import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { constants, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Account, type Binaries, findBinaries, own, serverAccount } from "./binaries.ts";
import type { Authority } from "./certificates.ts";
import { type Leash, leash } from "./leash.ts";
import type { OlderVersion } from "./versions.ts";

/** A PostgreSQL data folder, its programs and who runs them. `leash.release()` removes it all. */
export interface Cluster {
  folder: string;
  data: string;
  binaries: Binaries;
  account: Account;
  leash: Leash;
  superuser: { username: string; password: string };
}

// Only TLS, only SCRAM: a plain connection is refused with 28000, as a server that has
// `rds.force_ssl` set does.
const TLS_ONLY = ["hostssl all all 127.0.0.1/32 scram-sha-256"];

/** The environment of PostgreSQL's programs: no PG* variable of the developer's reaches them. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  // A given time zone spares initdb the search for the system's.
  return { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
}

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
    const superuser = { username: "postgres", password: randomBytes(24).toString("base64url") };
    await own(folder, account);
    const binaries = await findBinaries(folder, account, older);
    const cluster = { folder, data, binaries, account, leash: held, superuser };
    await initialise(cluster);
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

async function initialise(cluster: Cluster): Promise<void> {
  const passwordFile = join(cluster.folder, "password");
  await writeFile(passwordFile, cluster.superuser.password, { mode: 0o600 });
  await mkdir(cluster.data, { mode: 0o700 });
  await own(cluster.folder, cluster.account);
  const { username } = cluster.superuser;
  const initdb = spawn(
    cluster.binaries.initdb,
    [
      "-D",
      cluster.data,
      "-U",
      username,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--no-sync",
      "--encoding=UTF8",
      "--no-locale",
    ],
    {
      ...cluster.account,
      cwd: cluster.folder,
      env: serverEnvironment(),
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  cluster.leash.hold(initdb.pid);
  const errors = initdb.stderr.setEncoding("utf8").toArray();
  const [code] = await once(initdb, "close");
  cluster.leash.hold(undefined);
  await rm(passwordFile);
  if (code !== 0) throw new Error(`initdb failed: ${(await errors).join("")}`);
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
