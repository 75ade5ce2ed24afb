import type { Manifest, SecretEntry } from "../manifest/manifest.ts";
import { claims } from "../manifest/parameter-names.ts";
import { secretNameOf } from "../secret/arn.ts";
import type { Move } from "../secret/sighting.ts";

/** What an event is a reason to look at. */
export type Hint =
  /** Secrets of the manifest, by its keys. `move`: AWSCURRENT of these was moved. */
  | { readonly kind: "named"; readonly secrets: readonly string[]; readonly move?: Move }
  /** Whatever is not settled: a consumer may have moved on. */
  | { readonly kind: "open" }
  /** The same, and everything that can drift without an event: the tick. */
  | { readonly kind: "every" };

/** Which secrets an EventBridge event is a reason to look at. What it says of them is not trusted. */
export function hintOf(event: unknown, manifest: Manifest): Hint {
  const { source, detail }: Partial<Record<string, unknown>> = Object(event);
  if (source === "aws.ssm") {
    const { name }: Partial<Record<string, unknown>> = Object(detail);
    const mirroring = Object.entries(manifest.secrets).filter(([, entry]) =>
      mirrorsTo(name, entry),
    );
    return { kind: "named", secrets: mirroring.map(([secret]) => secret) };
  }
  if (source === "aws.secretsmanager") return ofSecret(event, manifest);
  const isConsumers = typeof source === "string" && source !== "aws.events";
  return { kind: isConsumers ? "open" : "every" };
}

/** Secrets Manager's own event has the ARN among its resources; those that come by CloudTrail have none. */
function ofSecret(event: unknown, { secrets }: Manifest): Hint {
  const { detail, resources, time }: Partial<Record<string, unknown>> = Object(event);
  const { name, additionalEventData, labelUpdated, versionId }: Partial<Record<string, unknown>> =
    Object(detail);
  const { SecretId: byTrail }: { SecretId?: unknown } = Object(additionalEventData);
  const named = new Set<string>();
  for (const each of [name, byTrail].concat(resources))
    if (typeof each === "string") named.add(each).add(secretNameOf(each));
  const at = new Date(typeof time === "string" ? time : Number.NaN);
  const isMove = labelUpdated === "AWSCURRENT" && !Number.isNaN(at.getTime());
  const version = typeof versionId === "string" ? versionId : undefined;
  return {
    kind: "named",
    secrets: [...named].filter((each) => Object.hasOwn(secrets, each)),
    ...(isMove && { move: { version, at } }),
  };
}

/** A parameter was changed: who mirrors to it? */
const mirrorsTo = (parameter: unknown, { mirror }: SecretEntry): boolean =>
  typeof parameter === "string" && mirror !== undefined && claims(mirror, parameter);
