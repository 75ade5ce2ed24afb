import type { Login } from "../login.ts";
import type { Client } from "../server.ts";
import type { Attempt } from "./messages.ts";

/** One login of an application: connects, runs one query and returns the result. Never throws. */
export function attempt(client: Client, login: () => Promise<Login>, ca: string): Promise<Attempt> {
  return attempted(async () => client.open(await login(), ca));
}

/** One use of a credential. What it opens is closed when it has been used. Never throws. */
export async function attempted(use: () => Promise<AsyncDisposable | undefined>): Promise<Attempt> {
  const startedAt = now();
  try {
    const session = await use();
    const endedAt = now();
    await session?.[Symbol.asyncDispose]();
    return { startedAt, endedAt };
  } catch (error) {
    const { code, name } = error as { code?: unknown; name: string };
    return { startedAt, endedAt: now(), code: typeof code === "string" ? code : name };
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
