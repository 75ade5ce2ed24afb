import type { Manifest, SecretEntry } from "../manifest/manifest.ts";
import { claims } from "../manifest/parameter-names.ts";
import { secretNameOf } from "../secret/arn.ts";

/**
 * Which secrets an EventBridge event is a reason to look at: names or ARNs. Nothing else in it is trusted; an
 * event that names no secret (a deployment changed, the tick) is a reason to look at all.
 */
export function hintsOf(event: unknown, manifest: Manifest): readonly string[] {
  const all = Object.keys(manifest.secrets);
  if (typeof event !== "object" || event === null) return all;
  const { source, detail, resources }: Partial<Record<string, unknown>> = { ...event };
  const { name, additionalEventData }: Partial<Record<string, unknown>> = { ...Object(detail) };
  if (source === "aws.ssm")
    return all.filter((secret) => mirrorsTo(name, manifest.secrets[secret]));
  if (source !== "aws.secretsmanager") return all;
  // Its own event has the ARN among its resources; those that come by CloudTrail have none.
  const { SecretId: byTrail }: { SecretId?: unknown } = { ...Object(additionalEventData) };
  const named = new Set([name, byTrail, ...(Array.isArray(resources) ? resources : [])]);
  for (const each of [...named]) if (typeof each === "string") named.add(secretNameOf(each));
  return all.filter((secret) => named.has(secret));
}

/** A parameter was changed: who mirrors to it? */
function mirrorsTo(parameter: unknown, entry: SecretEntry | undefined): boolean {
  return (
    typeof parameter === "string" && entry?.mirror !== undefined && claims(entry.mirror, parameter)
  );
}
