import type { TestProject } from "vitest/node";
import { startPostgres } from "../lab/postgres/server.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgres: {
      host: string;
      port: number;
      ca: string;
      superuser: { username: string; password: string };
    };
  }
}

/** One PostgreSQL server for all test files; each makes databases and roles of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  const { host, port, ca, superuser } = server;
  project.provide("postgres", { host, port, ca, superuser });
  return async () => server[Symbol.asyncDispose]();
}
