import type { ServerOptions, ServerType } from "./server.ts";

/** THE list of servers: a new type is a folder with the files of `postgres/`, and a line here. */
export const serverTypes = {
  postgres: {
    strategies: ["alternating-users", "in-place"],
    impostors: ["refuseTls", "askCleartext", "askMd5", "trust"],
    start: async (options?: ServerOptions) =>
      (await import("./postgres/server.ts")).startPostgres(options),
    client: async () => (await import("./postgres/client.ts")).client,
  },
} as const satisfies Record<string, ServerType>;

const byName: Readonly<Record<string, ServerType>> = serverTypes;

/** @throws Error for a type that is not in the list */
export function serverType(name: string): ServerType {
  const found = byName[name];
  if (found) return found;
  throw new Error(`No such server: ${name}. There are ${Object.keys(serverTypes).join(", ")}.`);
}
