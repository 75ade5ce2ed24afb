import type { Manifest } from "../manifest/manifest.ts";

/**
 * Which secrets an EventBridge event is a reason to look at: names or ARNs. Nothing else of it is believed;
 * an event that names no secret (a deployment changed, the tick) is a reason to look at all.
 */
export function hintsOf(event: unknown, manifest: Manifest): readonly string[] {
  const all = Object.keys(manifest.secrets);
  if (typeof event !== "object" || event === null) return all;
  const { source, detail }: { source?: unknown; detail?: unknown } = event;
  if (source !== "aws.secretsmanager") return all;
  const name = detail && typeof detail === "object" && "name" in detail ? detail.name : undefined;
  const resources = "resources" in event && Array.isArray(event.resources) ? event.resources : [];
  const known = all.filter((secret) => secret === name || resources.includes(secret));
  return known;
}
