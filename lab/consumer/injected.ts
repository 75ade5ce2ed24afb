/**
 * A task of an ECS service whose login was injected into its environment when it started: it keeps what
 * it got, and logs in, by default without pause, until SIGTERM. It writes one line for each attempt, never a
 * value, and exits after the attempt under way.
 */
import { setTimeout } from "node:timers/promises";
import { serverType } from "../servers.ts";
import { attempt } from "./attempt.ts";

const {
  DB_HOST: host,
  DB_PORT: port,
  DB_NAME: database,
  DB_USER: username,
  DB_PASSWORD: password,
} = process.env;
const { DB_TYPE: type = "", DB_CA: ca = "", DB_PAUSE_MS: pauseMs = "0" } = process.env;

const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
if (!host || !port || !database || !username || !password)
  throw new Error("The login was not injected.");
const login = { host, port, database, username, password };
const client = await serverType(type).client();

while (!stop.signal.aborted) {
  const outcome = await attempt(client, async () => login, ca);
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
  await setTimeout(Number(pauseMs), undefined, { signal: stop.signal }).catch(() => {});
}
