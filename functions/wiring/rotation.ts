import "./lean-runtime.ts";
import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { loadCredential } from "../../lib/registry.ts";
import type { ReportPorts } from "../../lib/reporting/step-report.ts";
import type { RotationPorts } from "../../lib/rotation/rotate.ts";
import manifest from "../../rotation.yml";
import { memory, topic } from "./invocation.ts";

/** What the functions that rotate and retire reach the world through. */
export const ports: RotationPorts & ReportPorts = {
  store: secretsManagerStore(),
  memory,
  alerts: topic,
  manifest,
  credential: loadCredential,
};
