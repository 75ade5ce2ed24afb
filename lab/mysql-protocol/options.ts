import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HOST } from "../postgres/wire.ts";
import type { DataFolder } from "./data-folder.ts";

export interface OptionParts {
  readonly place: DataFolder;
  readonly port: number;
  readonly logsStatements?: boolean;
  readonly options?: readonly string[];
}

/** TLS and nothing else; one file for all that the server writes down. */
export function sharedOptions({
  place,
  port,
  logsStatements = false,
}: OptionParts): readonly string[] {
  const { folder, data } = place;
  return [
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
    `--datadir=${data}`,
    `--bind-address=${HOST}`,
    `--port=${port}`,
    `--socket=${join(folder, "socket")}`,
    `--pid-file=${join(folder, "pid")}`,
    `--ssl-cert=${join(folder, "server.crt")}`,
    `--ssl-key=${join(folder, "server.key")}`,
    "--require-secure-transport=ON",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-fast-shutdown=2",
    "--innodb-use-native-aio=OFF",
    "--skip-log-bin",
    // Tests break off more logins than an application does.
    "--max-connect-errors=1000000",
    ...(logsStatements ? statementLogs(join(folder, "log")) : []),
  ];
}

/** Every statement, and how long it took. */
const statementLogs = (log: string) => [
  "--general-log=ON",
  `--general-log-file=${log}`,
  "--slow-query-log=ON",
  "--long-query-time=0",
  `--slow-query-log-file=${log}`,
];

/** Sets the superuser's password before the server listens. @returns the option that does it */
export function firstStatements(folder: string, statements: readonly string[]): string {
  const file = join(folder, "first.sql");
  writeFileSync(file, statements.join("\n"), { mode: 0o600 });
  return `--init-file=${file}`;
}
