import { setTimeout as sleep } from "node:timers/promises";
import { DatabaseFailed } from "../login/server-errors.ts";
import type { Run } from "./dialect.ts";
import { quoteText } from "./quoting.ts";

/** In milliseconds between looks at sessions that are about to end. */
const looks = [10, 30, 100, 300, 600];

/** Without this one. For a session that may see those of others: it is told of no other otherwise. */
async function sessionIds(run: Run, username: string): Promise<readonly string[]> {
  const rows = await run(
    `SELECT ID, USER FROM information_schema.PROCESSLIST WHERE USER = ${quoteText(username)} AND ID <> CONNECTION_ID()`,
  );
  // The server compares names as text, which may take two for one.
  return rows.flatMap(([id, user]) => (id && user === username ? [id] : []));
}

export async function countSessions(run: Run, username: string): Promise<number> {
  return (await sessionIds(run, username)).length;
}

/** In milliseconds: the server lists a session for a moment longer than its connection lasts. */
const lingering = 100;

async function lasting(run: Run, username: string): Promise<readonly string[]> {
  const ids = await sessionIds(run, username);
  if (ids.length === 0) return ids;
  await sleep(lingering);
  const left = await sessionIds(run, username);
  return ids.filter((id) => left.includes(id));
}

/** Of a KILL. Other failures than that the session is gone show when the sessions are looked for again. */
export const unlessEnded = (error: unknown): void => {
  if (!(error instanceof DatabaseFailed)) throw error;
};

/** @param kill ends one, which may have ended by itself @returns how many there were */
export async function endSessions(
  run: Run,
  username: string,
  kill: (id: string) => Promise<unknown>,
): Promise<number> {
  const ids = await lasting(run, username);
  for (const id of ids) await kill(id);
  for (const delay of looks) {
    const left = await sessionIds(run, username);
    if (!ids.some((id) => left.includes(id))) break;
    await sleep(delay);
  }
  return ids.length;
}
