import { createHash } from "node:crypto";
import { quoteText } from "./quoting.ts";

/** In seconds: how long a statement waits for another rotation's lock. */
const lockWait = 10;

/** Names of locks are up to 64 characters; they hold on the whole server, and end with their session. */
const lockName = (username: string): string =>
  quoteText(`quarterturn:${createHash("sha256").update(username).digest("hex").slice(0, 48)}`);

export const tryLock = (username: string): string => `SELECT GET_LOCK(${lockName(username)}, 0)`;

export const waitForLock = (username: string): string =>
  `SELECT GET_LOCK(${lockName(username)}, ${lockWait})`;
