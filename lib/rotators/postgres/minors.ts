/**
 * The minor of each major version that ignores a role setting at login, without a warning. Earlier ones undo it at
 * DISCARD ALL and SET SESSION AUTHORIZATION DEFAULT; later ones keep it (release notes of November 2024, CVE-2024-10978).
 * Run: 12.21, 14.11, 14.15, 15.8 to 15.10, 16.4 to 16.6 and 17.0 to 17.2. Not run, and taken from the release notes:
 * 12.22, 13.17, 13.18 and 14.14.
 */
const ignores: Readonly<Record<number, number>> = { 12: 21, 13: 17, 14: 14, 15: 9, 16: 5, 17: 1 };

/** Where a user's `ALTER ROLE … SET role` does not last. */
export interface LostSetting {
  readonly when: "at login" | "at DISCARD ALL, which poolers run between clients";
  /** The first minor version that keeps it; `undefined`: this major version has none. */
  readonly keptFrom: string | undefined;
}

/** @param version `server_version_num`, e.g. 160004 */
export function lostRoleSetting(version: number): LostSetting | undefined {
  const [major, minor] = [Math.floor(version / 10_000), version % 10_000];
  if (major >= 18) return undefined;
  const ignoring = ignores[major];
  if (ignoring !== undefined && minor > ignoring) return undefined;
  return {
    when: minor === ignoring ? "at login" : "at DISCARD ALL, which poolers run between clients",
    keptFrom: ignoring === undefined ? undefined : `${major}.${ignoring + 1}`,
  };
}

/** As people write it. @param version `server_version_num` */
export const versionName = (version: number): string =>
  `${Math.floor(version / 10_000)}.${version % 10_000}`;
