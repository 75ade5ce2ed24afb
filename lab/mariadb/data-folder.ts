import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Fresh } from "../mysql-protocol/data-folder.ts";
import { type Binaries, versionOf } from "./binaries.ts";

const run = promisify(execFile);

/** Small files, because each server gets a copy of them; no kernel's queues, of which a machine has a few for all servers. */
export const smallFiles = [
  "--innodb-log-file-size=4M",
  "--aria-log-file-size=8M",
  "--innodb-use-native-aio=OFF",
];

export const freshMariadb = (binaries: Binaries): Fresh => ({
  name: "mariadb",
  version: versionOf(binaries),
  make: (folder) =>
    run(binaries.installDb, [
      "--no-defaults",
      `--basedir=${binaries.base}`,
      `--datadir=${folder}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      "--skip-name-resolve",
      // Also where the name of the machine leads nowhere.
      "--force",
      ...(process.getuid?.() === 0 ? ["--user=root"] : []),
      ...smallFiles,
    ]),
});
