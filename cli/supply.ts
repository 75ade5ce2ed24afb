import { randomInt } from "node:crypto";
import { statSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { readManifest } from "../build/manifest-plugin.ts";
import { secretsManagerStore } from "../lib/aws/secrets-manager.ts";
import { AwsCallFailed } from "../lib/aws-call-failed.ts";
import { DeadlineReached } from "../lib/context/deadline.ts";
import type { RotationContext } from "../lib/rotation/rotation.ts";
import { httpProvider } from "../lib/rotators/http/provider.ts";
import { isHttpSpec } from "../lib/rotators/http/spec.ts";
import { confirmDeleted } from "../lib/rotators/supplied/deleted.ts";
import { type Wanted, wantedIn } from "../lib/rotators/supplied/find.ts";
import { examine, type SupplyPorts, supply } from "../lib/rotators/supplied/supply.ts";
import { doneText, promptsFor, saidText } from "../lib/rotators/supplied/texts.ts";
import { program, UsageError } from "./command-line.ts";
import { ownRegion } from "./region.ts";
import { typedSecrets } from "./typed-secret.ts";

const usage = `Hands over a key that you have made in its provider's console: AWSCURRENT gets it, and settlement does the rest.

  npm run supply -- SECRET [options]

  --field FIELD  which key of the secret, where it has several
  --deleted      say that you have deleted the key before this one, where nobody else can tell
  --file FILE    the manifest (default: rotation.yml)
  --stage NAME   the stage to compile it for (default: production)
  --help         print this

Asks for the key without showing it, or takes it from standard input. Never write it into the command: it would stay in
the history of your shell.
Uses the AWS credentials of your environment or profile; docs/api-keys.md lists the permissions they need.
Exit codes: 0 done, 1 refused or failed, 2 invalid options.`;

const options = {
  field: { type: "string" },
  deleted: { type: "boolean", default: false },
  file: { type: "string", default: "rotation.yml" },
  stage: { type: "string", default: "production" },
} as const;

const notHere =
  "Name the secret and nothing else. If that was the key: your shell remembers it now, so make another one, and paste it when you are asked.";

/** In milliseconds, once the key is there. */
const patience = 300_000;

const manner = { takesOthers: true, isDiscreet: true };

await program(
  usage,
  options,
  async ({ field, deleted, file, stage }, [secret, ...more]) => {
    if (secret === undefined) throw new UsageError("Name the secret.");
    if (more.length > 0) throw new UsageError(notHere);
    if (!/^[\w-]+$/.test(stage)) throw new UsageError("--stage takes the name of a stage.");
    if (!statSync(file, { throwIfNoEntry: false })?.isFile())
      throw new UsageError("There is no such manifest: name it with --file.");
    const wanted = wantedIn(readManifest(file, stage), { secret, field });
    const region = await sameRegion(wanted);
    try {
      console.log(await (deleted ? sayDeleted(wanted) : handOver(wanted)));
    } catch (error) {
      throw error instanceof AwsCallFailed ? new Error(awsText(error, region)) : error;
    }
  },
  manner,
);

async function sayDeleted(wanted: Wanted): Promise<string> {
  return saidText(wanted, await confirmDeleted(wanted, ports(wanted), context()));
}

async function handOver(wanted: Wanted): Promise<string> {
  await examine(wanted, ports(wanted), context());
  const parts = Object.keys(wanted.spec.fields);
  const ask = (text: string) => void process.stderr.write(text);
  const values = await typedSecrets(promptsFor(wanted), process.stdin, ask);
  const pairs = parts.flatMap((part, index) => {
    const value = values[index];
    return value ? [[part, value] as const] : [];
  });
  const now = context();
  const { store, provider } = ports(wanted);
  const supplied = await supply(wanted, new Map(pairs), { store, provider }, now);
  return doneText(wanted, supplied, provider, now.now());
}

function ports({ spec }: Wanted): SupplyPorts {
  const provider = isHttpSpec(spec) ? httpProvider(spec) : undefined;
  return { store: secretsManagerStore(), provider };
}

function context(): RotationContext {
  const signal = AbortSignal.timeout(patience);
  return {
    now: () => new Date(),
    randomInt,
    signal,
    sleep: (ms) =>
      setTimeout(ms, undefined, { signal }).catch(() => {
        throw new DeadlineReached();
      }),
    log: { warn: (_, message) => console.error(`Note: ${message}.`) },
  };
}

/** @throws UsageError unless it is the one in which the secret is */
async function sameRegion({ secretId }: Wanted): Promise<string> {
  const region = await ownRegion();
  const own = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(secretId)?.[1] ?? region;
  if (own === region) return region;
  throw new UsageError(
    `The secret is in ${own}, and your AWS Region is ${region}: set AWS_REGION.`,
  );
}

/** Failures are worded for the functions; here a person calls. */
function awsText({ happened, remedy, isAbsent, failure }: AwsCallFailed, region: string): string {
  if (isAbsent)
    return `There is no such secret in ${region} in the account of your AWS credentials. Check both: aws sts get-caller-identity.`;
  const isDenied = /AccessDenied|Decryption|Encryption|KMS/.test(failure);
  const mine =
    "Allow it to your AWS credentials: docs/api-keys.md lists the permissions they need.";
  return `${happened} ${isDenied ? mine : remedy}`;
}
