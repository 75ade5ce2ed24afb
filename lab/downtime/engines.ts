import type { ServerOptions, ServerType, Strategy } from "../server.ts";
import { serverTypes } from "../servers.ts";
import type { WorldOptions } from "../world.ts";

/** Of whose logins are measured. */
export interface MeasuredEngine {
  /** As `--engine` and the rows name it. */
  readonly name: string;
  /** Of the server (lab/servers.ts). */
  readonly type: string;
  readonly strategies: readonly Strategy[];
  readonly options?: ServerOptions;
  /** The login is a master user of RDS. */
  readonly master?: WorldOptions["master"];
}

/** In milliseconds. RDS takes minutes, which consumers do not notice: they wait from the change until it is seen. */
const master = { beginMs: 100, changeMs: 400, endMs: 800 };

export const engines: readonly MeasuredEngine[] = [
  ...Object.entries<ServerType>(serverTypes).map(([type, { strategies }]) => ({
    name: type,
    type,
    strategies,
  })),
  // Here users change themselves; with two passwords, their administrator does it.
  { name: "valkey", type: "valkey", strategies: ["in-place"], options: { ownersAdminister: true } },
  { name: "rds-master", type: "postgres", strategies: ["in-place"], master },
];
