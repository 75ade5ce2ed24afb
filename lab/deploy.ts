import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { functions } from "../infra/functions.ts";
import type { Aws } from "../standin/aws.ts";
import { builtFunctions } from "./built-functions.ts";

/** What is deployed to the stand-in, for the stage production. */
interface Deployment {
  /** Where manifest and bundles go; `ca.pem` beside the manifest is the authority of the servers. */
  readonly folder: string;
  readonly manifest: object;
  /** PEM. */
  readonly ca: string;
  /** Without it no alert is sent. */
  readonly topicArn?: string;
  /** What the functions' processes get beside it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Makes a bundle around that of a function. @returns its path; default: the function's own */
  readonly around?: (bundle: string, name: string) => string;
}

/**
 * Builds the functions with this manifest and registers them, as a deployment does; nothing is connected yet.
 * @returns the functions' ARNs by name; empty for those that this manifest does not need
 * @throws InvalidManifest
 */
export async function deploy(
  aws: Aws,
  { folder, manifest, ca, topicArn, env, around = (bundle) => bundle }: Deployment,
) {
  writeFileSync(join(folder, "ca.pem"), ca);
  // JSON is YAML.
  writeFileSync(join(folder, "rotation.yml"), JSON.stringify(manifest));
  const bundles = await builtFunctions(join(folder, "functions"), join(folder, "rotation.yml"));
  const arn = (name: string) => `arn:aws:lambda:${aws.region}:${aws.accountId}:function:${name}`;
  const environment = {
    ...env,
    ...(topicArn && { ALERT_TOPIC_ARN: topicArn }),
    ENVIRONMENT: "production",
    PROBLEMS_PATH: `/quarterturn/${basename(folder)}/problems`,
    RETIRE_DATABASE_FUNCTION: "retire-database",
    RETIRE_API_KEY_FUNCTION: "retire-api-key",
    MIRROR_FUNCTION: "mirror",
    SETTLE_FUNCTION: "settle",
    DEAD_LETTERS_URL: `${aws.endpoint}/${aws.accountId}/settle-dead.fifo`,
    ROTATE_DATABASE_FUNCTION: arn("rotate-database"),
    ROTATE_API_KEY_FUNCTION: arn("rotate-api-key"),
  };
  const arnOf = (name: string, startsCold = false, timeout = 30) => {
    const built = bundles[name];
    if (!built) return "";
    const bundle = around(built, name);
    const timeoutMs = timeout * 1000;
    return aws.functions.register({ name, bundle, environment, startsCold, timeoutMs });
  };
  return {
    "rotate-database": arnOf("rotate-database"),
    "retire-database": arnOf("retire-database", true),
    "rotate-api-key": arnOf("rotate-api-key", true),
    "retire-api-key": arnOf("retire-api-key", true),
    settle: arnOf("settle"),
    watch: arnOf("watch", true),
    mirror: arnOf("mirror", true),
    schedule: arnOf("schedule", true),
    emergency: arnOf("emergency", true, functions.emergency.timeout),
    relay: arnOf("relay", true),
  };
}
