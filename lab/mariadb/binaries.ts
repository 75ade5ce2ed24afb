import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";

/** Where `npm run servers` unpacks Debian's packages, if the machine has no whole MariaDB of its own. */
export const unpacked = resolve(import.meta.dirname, "../../.servers/mariadb");

export interface Binaries {
  readonly mariadbd: string;
  readonly installDb: string;
  /** Holds `share/` and the plugins. */
  readonly base: string;
}

/** One that tests use, by where Debian and others have it. */
const plugins = ["lib/mysql/plugin", "lib/plugin", "lib64/mysql/plugin"].map(
  (folder) => `${folder}/simple_password_check.so`,
);

/** The unpacked ones, else the machine's own, also where it is kept from the PATH of users. */
export function findBinaries(): Binaries | undefined {
  const path = process.env["PATH"]?.split(delimiter) ?? [];
  const folders = [join(unpacked, "usr/sbin"), ...path, "/usr/sbin"];
  return folders.map(binariesIn).find(isWhole);
}

function binariesIn(folder: string): Binaries {
  const base = dirname(folder);
  return {
    mariadbd: join(folder, "mariadbd"),
    installDb: join(base, "bin/mariadb-install-db"),
    base,
  };
}

const isWhole = ({ mariadbd, installDb, base }: Binaries) =>
  // mariadb-install-db calls the last one.
  [mariadbd, installDb, join(base, "bin/my_print_defaults")].every((file) => existsSync(file)) &&
  plugins.some((file) => existsSync(join(base, file)));

/** Why there is none, and how to get one; `undefined` where there is. */
export function whatIsMissing(): string | undefined {
  if (findBinaries()) return undefined;
  return "MariaDB is not installed; run `npm run servers` (Debian, Ubuntu), or put mariadbd on the PATH";
}

/** As `mariadbd --version` has it, e.g. `10.11.19`. */
export function versionOf({ mariadbd }: Binaries): string {
  const text = execFileSync(mariadbd, ["--no-defaults", "--version"], { encoding: "utf8" });
  return /Ver ([\d.]+)/.exec(text)?.[1] ?? "";
}
