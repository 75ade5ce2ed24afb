import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Fresh } from "../mysql-protocol/data-folder.ts";
import { type Binaries, versionOf } from "./binaries.ts";

const run = promisify(execFile);

/** Small files, because each server gets a copy of them, and nothing that is not used. */
export const smallFiles = [
  "--innodb-redo-log-capacity=16M",
  "--innodb-doublewrite=OFF",
  "--innodb-buffer-pool-size=32M",
  "--mysqlx=OFF",
  "--secure-file-priv=NULL",
];

export const freshMysql = (binaries: Binaries): Fresh => ({
  name: "mysql",
  version: versionOf(binaries),
  make: (folder) =>
    run(binaries.loader, [
      ...binaries.server,
      "--initialize-insecure",
      `--datadir=${folder}`,
      ...(process.getuid?.() === 0 ? ["--user=root"] : []),
      "--auto-generate-certs=OFF",
      "--innodb-use-native-aio=OFF",
      "--innodb-flush-log-at-trx-commit=0",
      "--skip-log-bin",
      ...smallFiles,
    ]),
});
