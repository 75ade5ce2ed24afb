/**
 * The program of `startConsumer`: it fetches AWSCURRENT, logs in to PostgreSQL with what it says
 * and asks who it is, again and again without pause, as an application that reads its secret for
 * every connection. It reports each attempt, never a value, and ends with its parent.
 */
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import type { Attempt, FromConsumer, ToConsumer } from "./messages.ts";

const { CONSUMER_SECRET_ID: secretId = "", CONSUMER_CA: ca = "" } = process.env;
const TIMEOUT_MS = 5_000;
const secretsManager = new SecretsManagerClient({});
const syncs: number[] = [];

process.once("disconnect", () => process.exit());
process.on("message", ({ sync }: ToConsumer) => syncs.push(sync));

for (;;) {
  report({ attempt: await attempt() });
  for (const sync of syncs.splice(0)) report({ sync });
}

async function attempt(): Promise<Attempt> {
  const startedAt = now();
  let client: pg.Client | undefined;
  try {
    client = new pg.Client(await currentLogin());
    client.on("error", () => {}); // a connection that breaks fails the call under way as well
    await client.connect();
    await client.query("SELECT current_user");
    return { startedAt, endedAt: now() };
  } catch (error) {
    const { code, name } = error as { code?: unknown; name: string };
    return { startedAt, endedAt: now(), code: typeof code === "string" ? code : name };
  } finally {
    await client?.end();
  }
}

async function currentLogin(): Promise<pg.ClientConfig> {
  const command = new GetSecretValueCommand({ SecretId: secretId });
  const { SecretString = "" } = await secretsManager.send(command);
  const { host, port, database, username: user, password } = JSON.parse(SecretString);
  return {
    ...{ host, port: Number(port), database, user, password },
    ssl: { ca },
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

function report(message: FromConsumer): void {
  process.send?.(message, undefined, undefined, (error) => {
    if (error) process.exit(); // the parent has gone
  });
}
