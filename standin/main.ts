#!/usr/bin/env node
import { once } from "node:events";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { startAws } from "./aws.ts";

const usage = `Starts AWS on loopback and prints the environment that leads to it.

  quarterturn-standin [options]

  --port PORT            default: a free one
  --region REGION        default: eu-central-1
  --pace NUMBER          how many times faster than on AWS waits pass (default: STANDIN_PACE, else 1)
  --function NAME=FILE   an ESM file that exports "handler", as a Lambda function; can be repeated
  --help                 print this

In a shell: quarterturn-standin --port 4566 > standin.env &  then  . ./standin.env`;

const options = {
  port: { type: "string" },
  region: { type: "string" },
  pace: { type: "string" },
  function: { type: "string", multiple: true },
  help: { type: "boolean" },
} as const;

try {
  const { values } = parseArgs({ options });
  if (values.help) console.log(usage);
  else await serve(values);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function serve(values: {
  readonly port?: string | undefined;
  readonly region?: string | undefined;
  readonly pace?: string | undefined;
  readonly function?: readonly string[] | undefined;
}): Promise<void> {
  const { port, region, pace } = values;
  const functions = (values.function ?? []).map(parseFunction);
  const stopped = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await using aws = await startAws({
    ...(port !== undefined && { port: Number(port) }),
    ...(region !== undefined && { region }),
    ...(pace !== undefined && { pace: Number(pace) }),
  });
  for (const each of functions) console.error(`Function ${aws.functions.register(each)}`);
  console.error(`AWS listens on ${aws.endpoint}. Stop it with Ctrl-C.`);
  for (const [name, value] of Object.entries(aws.env("local"))) {
    console.log(`export ${name}=${value}`);
  }
  await stopped;
}

function parseFunction(text: string): { name: string; bundle: string } {
  const [name = "", file] = text.split(/=(.*)/s);
  if (!name || !file) throw new Error(`--function takes NAME=FILE, not "${text}".`);
  return { name, bundle: resolve(file) };
}
