import { setTimeout as sleep } from "node:timers/promises";
import { OtherUserInUse } from "../login/pair-errors.ts";
import type { Element } from "./bson.ts";
import type { RunAs } from "./run.ts";

/** The session of a killed attempt may take a moment to end. In milliseconds between looks. */
const sessionLooks = [0, 100, 400, 1500];

/** More than anybody needs to see. */
const atMost = 1000;

/** A connection of a user, and what it runs. */
export interface UserSession {
  /** `undefined` while it is idle. */
  readonly operation: Element | undefined;
}

interface Whose {
  readonly user: string;
  readonly db: string;
  /** The server's number of the connection that asks, which does not count. */
  readonly asking: number | undefined;
}

/** On the server that the session is connected to: of a replica set the primary, of a sharded cluster one router. */
export async function sessionsOf(
  run: RunAs,
  { user, db, asking }: Whose,
  signal: AbortSignal,
): Promise<readonly UserSession[]> {
  const all = { allUsers: true, idleConnections: true, idleSessions: false, localOps: true };
  const answer = await run(
    "admin",
    {
      aggregate: 1,
      pipeline: [
        { $currentOp: all },
        { $match: { effectiveUsers: { $elemMatch: { user, db } } } },
        { $project: { connectionId: 1, opid: 1, active: 1 } },
      ],
      cursor: { batchSize: atMost },
    },
    `see the sessions of ${user}`,
    signal,
  );
  const found = answer.get("cursor")?.document?.documents("firstBatch") ?? [];
  const others = found.filter((each) => {
    const id = each.get("connectionId")?.number;
    return id === undefined || id !== asking;
  });
  return others.map((each) => ({
    operation: each.get("active")?.isTrue ? each.get("opid") : undefined,
  }));
}

/** @param at the server's address @throws OtherUserInUse */
export async function requireUnused(
  run: RunAs,
  at: string,
  whose: Whose,
  signal: AbortSignal,
): Promise<void> {
  let sessions = 0;
  for (const delay of sessionLooks) {
    await sleep(delay);
    sessions = (await sessionsOf(run, whose, signal)).length;
    if (sessions === 0) return;
  }
  throw new OtherUserInUse(at, whose.user, sessions);
}
