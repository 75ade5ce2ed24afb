/**
 * The application of the examples: it takes its settings from its environment, or where it is told to from
 * its secret, once, when it starts. It writes the digests of those that it is asked for, logs in with them
 * again and again, one line for each attempt, and exits when SIGTERM comes or its parent has gone.
 */
import { setTimeout } from "node:timers/promises";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { attempt } from "../consumer/attempt.ts";
import { type Login, loginInUrl } from "../login.ts";
import { serverType } from "../servers.ts";
import type { AppSettings } from "./app-settings.ts";
import { digest } from "./digest.ts";

/** Between two logins, in milliseconds. */
const pause = 100;

const { shows, url, password, connection, secretId, type, ca }: AppSettings = JSON.parse(
  process.env["APP_SETTINGS"] ?? "",
);
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
process.once("disconnect", () => process.exit());
process.channel?.unref();

const settings: NodeJS.ProcessEnv = { ...process.env, ...(secretId && (await read(secretId))) };
tell({ digests: Object.fromEntries(shows.map((name) => [name, digest(setting(name))])) });
const login = loginOf();
const client = login && (await serverType(type).client());
while (!stop.signal.aborted) {
  if (client) tell(await attempt(client, async () => login, ca));
  await setTimeout(pause, undefined, { signal: stop.signal }).catch(() => {});
}

async function read(SecretId: string): Promise<Record<string, string>> {
  const answer = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(answer.SecretString ?? "");
}

function loginOf(): Login | undefined {
  if (url) return loginInUrl(setting(url));
  if (!password || !connection) return undefined;
  return { ...connection, password: setting(password) };
}

function setting(name: string): string {
  const value = settings[name];
  if (value === undefined) throw new Error(`${name} was not given.`);
  return value;
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
