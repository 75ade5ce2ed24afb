import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { bundleFunctions } from "../build/bundle.ts";
import type { Aws } from "../standin/aws.ts";

/** What is deployed to the stand-in, for the stage production. */
interface Deployment {
  /** Where manifest and bundles go; `ca.pem` beside the manifest is the authority of the servers. */
  readonly folder: string;
  readonly manifest: object;
  /** PEM. */
  readonly ca: string;
  /** Without it no alert is sent. */
  readonly topicArn?: string;
}

/**
 * Builds the functions with this manifest and registers them, as a deployment does; nothing is connected yet.
 * @returns the functions' ARNs by name; empty for those that this manifest does not need
 * @throws InvalidManifest
 */
export async function deploy(aws: Aws, { folder, manifest, ca, topicArn }: Deployment) {
  writeFileSync(join(folder, "ca.pem"), ca);
  // JSON is YAML.
  writeFileSync(join(folder, "rotation.yml"), JSON.stringify(manifest));
  const bundles = await bundlesIn(folder, JSON.stringify([manifest, ca]));
  const environment = {
    ...(topicArn && { ALERT_TOPIC_ARN: topicArn }),
    ENVIRONMENT: "production",
    RETIRE_DATABASE_FUNCTION: "retire-database",
    RETIRE_API_KEY_FUNCTION: "retire-api-key",
    MIRROR_FUNCTION: "mirror",
  };
  const arnOf = (name: string, startsCold = false) => {
    const bundle = bundles[name];
    return bundle ? aws.functions.register({ name, bundle, environment, startsCold }) : "";
  };
  return {
    "rotate-database": arnOf("rotate-database"),
    "retire-database": arnOf("retire-database", true),
    "rotate-api-key": arnOf("rotate-api-key", true),
    "retire-api-key": arnOf("retire-api-key", true),
    settle: arnOf("settle"),
    watch: arnOf("watch", true),
    mirror: arnOf("mirror", true),
  };
}

/** By manifest and authority: tests deploy the same functions often, and building takes most of the time. */
const built = new Map<string, ReadonlyMap<string, Buffer>>();

async function bundlesIn(folder: string, key: string): Promise<Record<string, string>> {
  const outdir = join(folder, "functions");
  const known = built.get(key);
  if (!known) {
    const bundles = await bundleFunctions(outdir, join(folder, "rotation.yml"));
    const files = readdirSync(outdir).map(
      (file) => [file, readFileSync(join(outdir, file))] as const,
    );
    built.set(key, new Map(files));
    return bundles;
  }
  mkdirSync(outdir);
  for (const [file, bytes] of known) writeFileSync(join(outdir, file), bytes);
  return Object.fromEntries(
    [...known.keys()].map((file) => [basename(file, ".mjs"), join(outdir, file)]),
  );
}
