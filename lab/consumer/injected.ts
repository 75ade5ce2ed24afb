/**
 * A task of an ECS service whose login was injected into its environment when it started, as Oh My Coins has
 * it: it keeps what it got, and logs in to PostgreSQL, by default without pause, until it is told to stop. It
 * writes one line for each attempt, never a value, and exits after the attempt under way when SIGTERM comes.
 */
import { setTimeout } from "node:timers/promises";
import { attempt } from "./attempt.ts";

const {
  DB_HOST: host,
  DB_PORT: port,
  DB_NAME: database,
  DB_USER: user,
  DB_PASSWORD: password,
} = process.env;
const { DB_CA: ca = "", DB_PAUSE_MS: pauseMs = "0" } = process.env;

const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
if (!host || !port || !database || !user || !password)
  throw new Error("The login was not injected.");
const login = { host, port: Number(port), database, user, password, ssl: { ca } };

while (!stop.signal.aborted) {
  const outcome = await attempt(async () => login);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  await setTimeout(Number(pauseMs), undefined, { signal: stop.signal }).catch(() => {});
}
