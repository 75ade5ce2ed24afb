import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleFunctions } from "../build/bundle.ts";
import type { Aws } from "./aws/aws.ts";

/** What is deployed to the stand-in, for the stage production. */
interface Deployment {
  /** Where manifest and bundles go; `ca.pem` beside the manifest is the authority of the servers. */
  readonly folder: string;
  readonly manifest: object;
  /** PEM. */
  readonly ca: string;
  /** Absent: on-call hears nothing. */
  readonly topicArn?: string;
}

/**
 * Builds the functions with this manifest and registers them, as a deployment does; nothing is connected yet.
 * @returns the functions' ARNs by name
 * @throws InvalidManifest
 */
export async function deploy(aws: Aws, { folder, manifest, ca, topicArn }: Deployment) {
  writeFileSync(join(folder, "ca.pem"), ca);
  // JSON is YAML.
  writeFileSync(join(folder, "rotation.yml"), JSON.stringify(manifest));
  const bundles = await bundleFunctions(join(folder, "functions"), join(folder, "rotation.yml"));
  const environment = {
    ...(topicArn && { ALERT_TOPIC_ARN: topicArn }),
    ENVIRONMENT: "production",
    RETIRE_DATABASE_FUNCTION: "retire-database",
    MIRROR_FUNCTION: "mirror",
  };
  const arnOf = (name: string) =>
    aws.functions.register({ name, bundle: bundles[name] ?? "", environment });
  return {
    "rotate-database": arnOf("rotate-database"),
    "retire-database": arnOf("retire-database"),
    settle: arnOf("settle"),
    watch: arnOf("watch"),
    mirror: arnOf("mirror"),
  };
}
