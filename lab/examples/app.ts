/**
 * The application of the examples: it takes its settings from its environment, or where it is told to from
 * its secrets, when it starts, and again when it has kept them for long enough. It writes the digests of those that it is
 * asked for, logs in and calls with them again and again, one line for each attempt, and exits when SIGTERM comes or its
 * parent has gone.
 */
import { setTimeout } from "node:timers/promises";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { attempt, attempted } from "../consumer/attempt.ts";
import { type Login, loginInUrl } from "../login.ts";
import { serverType } from "../servers.ts";
import type { AppSettings } from "./app-settings.ts";
import { calls as callsTo } from "./calls.ts";
import { digest } from "./digest.ts";

/** Between two rounds, in milliseconds. */
const pause = 200;

type Values = Readonly<Record<string, string | undefined>>;

const {
  shows,
  url,
  password,
  connection,
  secretId,
  cacheMs,
  calls = [],
  type,
  ca,
}: AppSettings = JSON.parse(process.env["APP_SETTINGS"] ?? "");
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
process.once("disconnect", () => process.exit());
process.channel?.unref();

const kept = new Map<string, { readonly values: Values; readonly until: number }>();
const settings = await read(secretId);
tell({ digests: Object.fromEntries(shows.map((name) => [name, digest(textOf(name, settings))])) });
const client = (url ?? password) && (await serverType(type).client());
while (!stop.signal.aborted) {
  if (client) tell(await attempt(client, async () => loginIn(await read(secretId)), ca));
  for (const { of, to, fields, secretId: own = secretId } of calls) {
    const call = async () => {
      const values = await read(own);
      const use: (key: readonly string[], ca: string) => Promise<void> = callsTo[to];
      await use(
        fields.map((field) => textOf(field, values)),
        ca,
      );
      return undefined;
    };
    tell({ ...(await attempted(call)), of });
  }
  await setTimeout(pause, undefined, { signal: stop.signal }).catch(() => {});
}

async function read(SecretId: string | undefined): Promise<Values> {
  if (SecretId === undefined) return process.env;
  const found = kept.get(SecretId);
  if (found && performance.now() < found.until) return found.values;
  const answer = await new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId }));
  const values: Values = { ...process.env, ...JSON.parse(answer.SecretString ?? "") };
  const until = performance.now() + (cacheMs ?? Number.POSITIVE_INFINITY);
  kept.set(SecretId, { values, until });
  return values;
}

function loginIn(values: Values): Login {
  if (url) return loginInUrl(textOf(url, values));
  if (!password || !connection) throw new Error("It has no login.");
  return { ...connection, password: textOf(password, values) };
}

function textOf(name: string, values: Values): string {
  const value = values[name];
  if (value === undefined) throw new Error(`${name} was not given.`);
  return value;
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
