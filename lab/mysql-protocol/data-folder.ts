import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Authority } from "../postgres/certificates.ts";
import { hasRoom, memory } from "../postgres/cluster.ts";
import { type Leash, leash } from "../postgres/leash.ts";

const cache = resolve(import.meta.dirname, "../../node_modules/.cache/quarterturn");

export interface DataFolder {
  /** Short, because the name of a socket is. */
  readonly folder: string;
  readonly data: string;
  readonly leash: Leash;
}

/** The data of a new server, whose superuser has no password but for those who can reach its folder. */
export interface Fresh {
  /** Of the server: `mysql` */
  readonly name: string;
  readonly version: string;
  /** Makes it in an empty folder. */
  make(folder: string): Promise<unknown>;
}

/** A server's data, copied from one that is kept on disk, and its certificate. Gone with the leash. */
export async function makeDataFolder(fresh: Fresh, authority: Authority): Promise<DataFolder> {
  const kept = join(cache, fresh.name, fresh.version);
  if (!existsSync(kept)) await keep(fresh, kept);
  const folder = await mkdtemp(
    join((await hasRoom(memory)) ? memory : tmpdir(), `quarterturn-${fresh.name}-`),
  );
  const held = leash(folder);
  try {
    const data = join(folder, "data");
    await cp(kept, data, { recursive: true });
    const { certificate, key } = await authority.issue(["localhost", "127.0.0.1"]);
    await writeFile(join(folder, "server.crt"), certificate);
    await writeFile(join(folder, "server.key"), key, { mode: 0o600 });
    return { folder, data, leash: held };
  } catch (error) {
    await held.release();
    throw error;
  }
}

async function keep(fresh: Fresh, kept: string): Promise<void> {
  await mkdir(join(cache, fresh.name), { recursive: true });
  const made = await mkdtemp(join(cache, fresh.name, "new-"));
  await fresh.make(made).catch(async (error) => {
    await rm(made, { recursive: true });
    throw error;
  });
  // Where another process was faster, its folder stays.
  await rename(made, kept).catch(() => rm(made, { recursive: true }));
}
