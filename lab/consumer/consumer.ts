/**
 * The program of `startConsumer`: fetches AWSCURRENT, logs in with it and runs one query, again and again,
 * by default without pause, as an application does that reads its secret for every connection, or caches it. It reports
 * each attempt, never a value, and ends with its parent.
 */
import { setTimeout } from "node:timers/promises";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Login } from "../login.ts";
import { serverType } from "../servers.ts";
import { attempt } from "./attempt.ts";
import type { FromConsumer, ToConsumer } from "./messages.ts";

const {
  CONSUMER_TYPE: type = "",
  CONSUMER_SECRET_ID: secretId = "",
  CONSUMER_CA: ca = "",
} = process.env;
const client = await serverType(type).client();
const cacheMs = Number(process.env["CONSUMER_CACHE_MS"] ?? 0);
const pauseMs = Number(process.env["CONSUMER_PAUSE_MS"] ?? 0);
const secretsManager = new SecretsManagerClient({});
const syncs: number[] = [];
let cached: { readonly text: string; readonly until: number } = { text: "", until: 0 };

process.once("disconnect", () => process.exit());
process.on("message", ({ sync }: ToConsumer) => syncs.push(sync));

for (;;) {
  report({ attempt: await attempt(client, currentLogin, ca) });
  for (const sync of syncs.splice(0)) report({ sync });
  if (pauseMs > 0) await setTimeout(pauseMs);
}

async function currentLogin(): Promise<Login> {
  return JSON.parse(await currentSecret());
}

async function currentSecret(): Promise<string> {
  if (performance.now() < cached.until) return cached.text;
  const command = new GetSecretValueCommand({ SecretId: secretId });
  const { SecretString: text = "" } = await secretsManager.send(command);
  cached = { text, until: performance.now() + cacheMs };
  return text;
}

function report(message: FromConsumer): void {
  process.send?.(message, undefined, undefined, (error) => {
    if (error) process.exit(); // the parent has gone
  });
}
