import pg from "pg";
import type { Attempt } from "./messages.ts";

const TIMEOUT_MS = 5_000;

/** One login of an application: it connects with what it has, asks who it is, and reports; it never throws. */
export async function attempt(login: () => Promise<pg.ClientConfig>): Promise<Attempt> {
  const startedAt = now();
  let client: pg.Client | undefined;
  try {
    const timeouts = { connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS };
    client = new pg.Client({ ...(await login()), ...timeouts });
    client.on("error", () => {}); // a connection that breaks fails the call under way as well
    await client.connect();
    await client.query("SELECT current_user");
    return { startedAt, endedAt: now() };
  } catch (error) {
    const { code, name } = error as { code?: unknown; name: string };
    return { startedAt, endedAt: now(), code: typeof code === "string" ? code : name };
  } finally {
    await client?.end().catch(() => {});
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
