import { setTimeout as sleep } from "node:timers/promises";
import { OtherUserInUse } from "./pair-errors.ts";

/** The session of a killed attempt may take a moment to end. In milliseconds between looks. */
const sessionLooks = [0, 100, 400, 1500];

/**
 * That a user has no sessions.
 * @param sessions counts them
 * @param at the server's address
 * @throws OtherUserInUse
 */
export async function requireUnused(
  sessions: () => Promise<number>,
  at: string,
  username: string,
): Promise<void> {
  let count = 0;
  for (const delay of sessionLooks) {
    await sleep(delay);
    count = await sessions();
    if (count === 0) return;
  }
  throw new OtherUserInUse(at, username, count);
}
