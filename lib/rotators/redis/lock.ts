import { setTimeout as sleep } from "node:timers/promises";
import { DeadlineReached } from "../../context/deadline.ts";
import { type Run, sha256 } from "./users.ts";

/** In milliseconds: how long a session waits for another rotation's lock, and how often it looks. */
const lockWait = 10_000;
const lookEvery = 60;

/**
 * Whoever has named its connection so holds the lock. A name needs no key, lives as long as its connection, and replicas
 * and files never have it.
 */
const lockName = (username: string) => `quarterturn:${sha256(username).slice(0, 32)}`;

/** @returns whether it had to wait; `undefined`: it is still held after a bounded time */
export async function lock(
  run: Run,
  username: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const deadline = performance.now() + lockWait;
  for (let waited = false; ; waited = true) {
    if (await take(run, username)) return waited;
    // Named for nothing, it would keep the others out.
    await run("CLIENT", "SETNAME", "");
    if (performance.now() > deadline) return undefined;
    // Two that look in step would keep each other out.
    await sleep(lookEvery * (0.5 + Math.random()), undefined, { signal }).catch(() => {
      throw new DeadlineReached();
    });
  }
}

/** Looks and takes the name in one go: no other client's command comes between. */
async function take(run: Run, username: string): Promise<boolean> {
  const name = lockName(username);
  await run("MULTI");
  try {
    await run("CLIENT", "LIST", "TYPE", "normal");
    await run("CLIENT", "SETNAME", name);
  } catch (error) {
    // Ends the transaction, which the refused command has spoilt.
    await run("EXEC").catch(() => {});
    throw error;
  }
  const replies = await run("EXEC");
  const [clients] = Array.isArray(replies) ? replies : [];
  return !String(clients).includes(` name=${name} `);
}
