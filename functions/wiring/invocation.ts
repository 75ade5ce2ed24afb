import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { MiddlewareObj } from "@middy/core";
import { parameterMemory } from "../../lib/aws/problem-memory.ts";
import { snsTopic } from "../../lib/aws/sns.ts";
import type { Context } from "../../lib/context/context.ts";
import { DeadlineReached, deadline } from "../../lib/context/deadline.ts";
import { onDemand } from "../../lib/on-demand.ts";
import type { Invocation } from "../../lib/reporting/invocation.ts";
import { powertoolsLog } from "../../lib/reporting/powertools.ts";
import { reporter } from "../../lib/reporting/report.ts";
import { place } from "./place.ts";

export const topic = snsTopic(process.env["ALERT_TOPIC_ARN"]);
export const memory = parameterMemory(process.env["PROBLEMS_PATH"]);
const { environment, account, region, runbook } = place;
const logger = onDemand(() => powertoolsLog(place.environment, place.functionName));

/**
 * Makes the context of each invocation.
 * @param undoMs what the function needs to undo what it has begun; see `deadline`
 */
export function invocation(undoMs = 0): MiddlewareObj<unknown, unknown, Error, Invocation> {
  const now = () => new Date();
  return {
    before({ context }) {
      const log = logger();
      const { awsRequestId: requestId, logGroupName: logGroup } = context;
      const signal = deadline(context.getRemainingTimeInMillis(), undoMs);
      const report = reporter(
        { environment, account, region, logGroup, requestId, runbook },
        { alerts: topic, log, now },
      );
      log.begin(requestId);
      context.quarterturn = { now, sleep: sleep(signal), randomInt, log, signal, report };
    },
  };
}

const sleep =
  (signal: AbortSignal): Context["sleep"] =>
  (ms) =>
    setTimeout(ms, undefined, { signal }).catch(() => {
      throw new DeadlineReached();
    });
