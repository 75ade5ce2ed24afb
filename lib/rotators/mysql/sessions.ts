import { endSessions as endEach } from "../mysql-protocol/process-list.ts";
import type { Conversation } from "./conversation.ts";

/** It has ended by itself. */
const noSuchThread = 1094;

/**
 * Ends the sessions of a user, but not this one. Users see and end their own without any right.
 * @returns how many there were
 */
export function endSessions(
  conversation: Conversation,
  username: string,
  signal: AbortSignal,
): Promise<number> {
  const action = `end the sessions of user ${username}`;
  const run = (sql: string) => conversation.run(sql, action, signal);
  return endEach(run, username, async (id) => {
    const answer = await conversation.ask(`KILL ${id}`, action, signal);
    if (answer && answer.number !== noSuchThread) throw conversation.failure(answer, action);
  });
}
