import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

/** The servers of this protocol that the tests start. */
export type Flavour = "redis" | "valkey";

const flavours = {
  redis: { title: "Redis", package: "redis-tools", suite: undefined },
  // Debian 12 has it in its backports alone.
  valkey: { title: "Valkey", package: "valkey-tools", suite: "bookworm-backports" },
} as const;

export const flavour = (name: Flavour) => flavours[name];

/** Where `npm run servers` unpacks Debian's package, if the machine has no such server of its own. */
export const unpacked = (name: Flavour): string =>
  resolve(import.meta.dirname, "../../.servers", name);

export interface Binary {
  readonly server: string;
  /** Where libraries are that the machine may lack. */
  readonly libraries?: string;
}

export function findBinary(name: Flavour): Binary | undefined {
  const own = `${unpacked(name)}/usr/bin/${name}-server`;
  const folders = [...(process.env["PATH"]?.split(delimiter) ?? []), "/usr/bin", "/usr/sbin"];
  const installed = folders.map((folder) => join(folder, `${name}-server`)).find(existsSync);
  if (installed) return { server: installed };
  return existsSync(own) ? { server: own, libraries: `${unpacked(name)}/lib` } : undefined;
}

/** For a server's process. */
export const environmentOf = ({ libraries }: Binary): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  LC_ALL: "C.UTF-8",
  ...(libraries && { LD_LIBRARY_PATH: libraries }),
});

/** Why there is none, and how to get one; `undefined` where there is. */
export const whatIsMissing = (name: Flavour) => (): string | undefined => {
  if (findBinary(name)) return undefined;
  const { title } = flavours[name];
  return `${title} is not installed; run \`npm run servers\` (Debian 12), or put ${name}-server on the PATH`;
};

/** As `redis-server --version` has it, e.g. `7.0.15`. */
export function versionOf(binary: Binary): string {
  const env = environmentOf(binary);
  const text = execFileSync(binary.server, ["--version"], { encoding: "utf8", env });
  return /v=([\d.]+)/.exec(text)?.[1] ?? "";
}
