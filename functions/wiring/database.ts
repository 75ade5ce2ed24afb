import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { snsTopic } from "../../lib/aws/sns.ts";
import { loadCredential } from "../../lib/registry.ts";
import { powertoolsLog } from "../../lib/reporting/powertools.ts";
import type { RotationPorts } from "../../lib/rotation/rotate.ts";
import manifest from "../../rotation.yml";
import { place } from "./place.ts";

/** What the functions that reach databases reach the world through. */
export const ports: RotationPorts = {
  store: secretsManagerStore(),
  alerts: snsTopic(process.env["ALERT_TOPIC_ARN"]),
  log: powertoolsLog(place.environment),
  manifest,
  credential: loadCredential,
  clock: { sleep: (ms, signal) => setTimeout(ms, undefined, { signal }) },
  sources: { now: () => new Date(), randomInt },
};
