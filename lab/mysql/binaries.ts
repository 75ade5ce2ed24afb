import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where `npm run servers` unpacks Debian's packages: the server, and all libraries that it needs, so that none is the machine's. */
export const unpacked = resolve(import.meta.dirname, "../../.servers/mysql-9.7");

export interface Binaries {
  /** The tree's own loader, which starts the server with the tree's own libraries. */
  readonly loader: string;
  /** What the loader is told ahead of the server's options. */
  readonly server: readonly string[];
}

export function findBinaries(root = unpacked): Binaries | undefined {
  const libraries = join(root, "usr/lib/x86_64-linux-gnu");
  const loader = join(libraries, "ld-linux-x86-64.so.2");
  const program = join(root, "usr/sbin/mysqld");
  if (![loader, program].every((file) => existsSync(file))) return undefined;
  const places = [
    "--no-defaults",
    `--basedir=${join(root, "usr")}`,
    `--lc-messages-dir=${join(root, "usr/share/mysql")}`,
    `--plugin-dir=${join(root, "usr/lib/mysql/plugin")}`,
  ];
  return { loader, server: ["--library-path", libraries, program, ...places] };
}

/** Why there is none, and how to get one; `undefined` where there is. */
export function whatIsMissing(): string | undefined {
  if (findBinaries()) return undefined;
  return "MySQL is not installed; run `npm run servers` (Debian or Ubuntu, x64)";
}

/** As `mysqld --version` has it, e.g. `9.7.4`. */
export function versionOf({ loader, server }: Binaries): string {
  const text = execFileSync(loader, [...server, "--version"], { encoding: "utf8" });
  return /Ver ([\d.]+)/.exec(text)?.[1] ?? "";
}
