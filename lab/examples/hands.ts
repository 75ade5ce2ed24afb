import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { RotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { functionsOf } from "../../lib/manifest/place.ts";
import { compileCache } from "../../standin/compile-cache.ts";
import type { Account } from "./account.ts";
import { entryOf, root } from "./entry.ts";

/** One rotation through RotateSecret, to its end. @returns why it failed; `undefined` when it did not */
export async function rotate(account: Account, secret: string): Promise<string | undefined> {
  const { client, arns, aws, system } = account.made;
  const { schedule, place = "network" } = entryOf(system, secret) ?? {};
  const { VersionId = "" } = await client.send(
    new RotateSecretCommand({
      SecretId: secret,
      RotationLambdaARN: arns[functionsOf[place].rotate],
      RotationRules: { ScheduleExpression: schedule?.expression, Duration: schedule?.duration },
    }),
  );
  const { succeeded, steps } = await aws.rotations.finished(secret, VersionId);
  const last = steps.at(-1);
  if (succeeded) return undefined;
  return `the rotation of ${secret} failed in ${last?.step}: ${last?.error?.errorType}: ${last?.error?.errorMessage}`;
}

/**
 * What `npm run supply -- SECRET --field FIELD` runs, by a person.
 * @param lines into its standard input @returns why it failed; `undefined` when it did not
 */
export async function supply(
  account: Account,
  { secret, field }: { readonly secret: string; readonly field: string },
  lines: readonly string[] | "--deleted",
): Promise<string | undefined> {
  const { aws, system, elsewhere } = account.made;
  const file = join(root, system.name, "rotation.yml");
  const options = [secret, "--field", field, "--file", file];
  const isDeleted = lines === "--deleted";
  const child = spawn(
    process.execPath,
    ["--import", "./cli/ready.mjs", "cli/supply.ts", ...options, ...(isDeleted ? [lines] : [])],
    {
      cwd: join(root, ".."),
      env: { ...compileCache, ...aws.env("person"), ...elsewhere.env },
      stdio: ["pipe", "ignore", "pipe"],
    },
  );
  // Refused at once, it reads nothing.
  child.stdin.on("error", () => {}).end(isDeleted ? "" : `${lines.join("\n")}\n`);
  const ended = once(child, "close");
  const said = await child.stderr.setEncoding("utf8").toArray();
  const [code] = await ended;
  return code === 0 ? undefined : `npm run supply: ${said.join("").trim()}`;
}
