import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { snsTopic } from "../../lib/aws/sns.ts";
import { parameterStore } from "../../lib/aws/ssm.ts";
import type { MirrorPorts } from "../../lib/mirror/mirror.ts";
import { powertoolsLog } from "../../lib/reporting/powertools.ts";
import type { ReportPorts } from "../../lib/reporting/step-report.ts";
import manifest from "../../rotation.yml";
import { place } from "./place.ts";

/** What the function that writes parameters reaches the world through. */
export const ports: MirrorPorts & ReportPorts = {
  store: secretsManagerStore(),
  parameters: parameterStore(),
  alerts: snsTopic(process.env["ALERT_TOPIC_ARN"]),
  log: powertoolsLog(place.environment),
  manifest,
  sources: { now: () => new Date() },
};
