import { setTimeout } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { snsTopic } from "../../lib/aws/sns.ts";
import { powertoolsLog } from "../../lib/reporting/powertools.ts";
import type { WatchPorts } from "../../lib/watch/watch.ts";
import manifest from "../../rotation.yml";
import { place } from "./place.ts";

const store = secretsManagerStore();
const alerts = snsTopic(process.env["ALERT_TOPIC_ARN"]);
const log = powertoolsLog(place.environment);
const clock = { now: () => new Date(), sleep: (ms: number) => setTimeout(ms) };

export type WatchFunctionPorts = (context: Context) => WatchPorts;

/** What the watching function reaches the world through, for one invocation. */
export const watchPorts: WatchFunctionPorts = ({
  logGroupName: logGroup,
  awsRequestId: requestId,
}) => {
  log.begin(requestId);
  return {
    store,
    alerts,
    log,
    manifest,
    clock,
    occasion: { ...place, logGroup, requestId },
  };
};
