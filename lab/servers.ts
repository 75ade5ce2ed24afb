import { whatIsMissing as missingMariadb } from "./mariadb/binaries.ts";
import { whatIsMissing as missingMysql } from "./mysql/binaries.ts";
import { whatIsMissing as missingRedis } from "./redis/binaries.ts";
import type { ServerOptions, ServerType } from "./server.ts";

/** THE list of servers: a new type is a folder with the files of `postgres/`, and a line here. */
export const serverTypes = {
  postgres: {
    name: "PostgreSQL",
    strategies: ["alternating-users", "in-place"],
    impostors: ["refuseTls", "askCleartext", "askMd5", "trust"],
    start: async (options?: ServerOptions) =>
      (await import("./postgres/server.ts")).startPostgres(options),
    client: async () => (await import("./postgres/client.ts")).client,
  },
  mariadb: {
    name: "MariaDB",
    strategies: ["two-passwords", "alternating-users", "in-place"],
    impostors: ["refuseTls", "askCleartext", "askDialog", "askOld"],
    missing: missingMariadb,
    start: async (options?: ServerOptions) =>
      (await import("./mariadb/server.ts")).startMariadb(options),
    client: async () => (await import("./mysql-protocol/client.ts")).client,
  },
  mysql: {
    name: "MySQL",
    strategies: ["two-passwords", "alternating-users", "in-place"],
    impostors: ["refuseTls", "askCleartext", "askDialog", "askOld"],
    missing: missingMysql,
    start: async (options?: ServerOptions) =>
      (await import("./mysql/server.ts")).startMysql(options),
    client: async () => (await import("./mysql-protocol/client.ts")).client,
  },
  redis: {
    name: "Redis",
    strategies: ["two-passwords", "in-place"],
    impostors: ["noTls", "hangUp"],
    missing: missingRedis("redis"),
    start: async (options?: ServerOptions) =>
      (await import("./redis/server.ts")).startRedis({ ...options, ownersAdminister: true }),
    client: async () => (await import("./redis/client.ts")).client,
  },
  valkey: {
    name: "Valkey",
    variantOf: "redis",
    strategies: ["two-passwords"],
    impostors: ["noTls", "hangUp"],
    missing: missingRedis("valkey"),
    start: async (options?: ServerOptions) =>
      (await import("./redis/server.ts")).startRedis({ ...options, flavour: "valkey" }),
    client: async () => (await import("./redis/client.ts")).client,
  },
  mongodb: {
    name: "MongoDB",
    isDouble: true,
    strategies: ["alternating-users", "in-place"],
    impostors: ["refuseTls", "askPlain", "askLittle", "skipProof", "proveNothing"],
    start: async () => (await import("./mongodb/server.ts")).startMongodb(),
    client: async () => (await import("./mongodb/client.ts")).client,
  },
  atlas: {
    name: "MongoDB Atlas",
    isDouble: true,
    strategies: ["alternating-users"],
    impostors: ["refuseTls", "askPlain", "askLittle", "skipProof", "proveNothing"],
    isSlow: true,
    start: async () => (await import("./atlas/server.ts")).startAtlas(),
    client: async () => (await import("./mongodb/client.ts")).client,
  },
} as const satisfies Record<string, ServerType>;

/** What keeps this type of server from being started here, and how to get it; `undefined`: nothing. */
export const missingServer = (name: string): string | undefined => serverType(name).missing?.();

const byName: Readonly<Record<string, ServerType>> = serverTypes;

/** @throws Error for a type that is not in the list */
export function serverType(name: string): ServerType {
  const found = byName[name];
  if (found) return found;
  throw new Error(`No such server: ${name}. There are ${Object.keys(serverTypes).join(", ")}.`);
}
