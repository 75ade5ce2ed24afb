import type { Manifest, SecretEntry } from "../manifest/manifest.ts";
import { claims } from "../mirror/names.ts";

/**
 * Which secrets an EventBridge event is a reason to look at: names or ARNs. Nothing else of it is believed;
 * an event that names no secret (a deployment changed, the tick) is a reason to look at all.
 */
export function hintsOf(event: unknown, manifest: Manifest): readonly string[] {
  const all = Object.keys(manifest.secrets);
  if (typeof event !== "object" || event === null) return all;
  const { source, detail }: { source?: unknown; detail?: unknown } = event;
  const name = detail && typeof detail === "object" && "name" in detail ? detail.name : undefined;
  if (source === "aws.ssm")
    return all.filter((secret) => mirrorsTo(name, manifest.secrets[secret]));
  if (source !== "aws.secretsmanager") return all;
  const resources = "resources" in event && Array.isArray(event.resources) ? event.resources : [];
  const known = all.filter((secret) => secret === name || resources.includes(secret));
  return known;
}

/** A parameter was changed: who mirrors to it? */
function mirrorsTo(parameter: unknown, entry: SecretEntry | undefined): boolean {
  return (
    typeof parameter === "string" && entry?.mirror !== undefined && claims(entry.mirror, parameter)
  );
}
