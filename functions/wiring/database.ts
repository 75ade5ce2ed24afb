import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { Context as LambdaContext } from "aws-lambda";
import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { snsTopic } from "../../lib/aws/sns.ts";
import type { Context } from "../../lib/context/context.ts";
import { DeadlineReached, deadline } from "../../lib/context/deadline.ts";
import { loadCredential } from "../../lib/registry.ts";
import { reportFailure } from "../../lib/reporting/failure-report.ts";
import { powertoolsLog } from "../../lib/reporting/powertools.ts";
import type { ReportPorts } from "../../lib/reporting/step-report.ts";
import type { RotationPorts } from "../../lib/rotation/rotate.ts";
import manifest from "../../rotation.yml";
import { place } from "./place.ts";

/** What the functions that reach databases reach the world through. */
export const ports: RotationPorts & ReportPorts = {
  store: secretsManagerStore(),
  alerts: snsTopic(process.env["ALERT_TOPIC_ARN"]),
  log: powertoolsLog(place.environment),
  manifest,
  credential: loadCredential,
  sources: { now: () => new Date() },
};

export type Invocation = (lambda: LambdaContext, undoMs?: number) => Context;

/** The context of one invocation. @param undoMs as in `deadline` */
export const invocation: Invocation = (lambda, undoMs = 0) => {
  const signal = deadline(lambda.getRemainingTimeInMillis(), undoMs);
  return {
    now: () => new Date(),
    randomInt,
    log: ports.log,
    signal,
    async sleep(ms) {
      await setTimeout(ms, undefined, { signal }).catch(() => {
        throw new DeadlineReached();
      });
    },
    async report(error, task, secret) {
      const { logGroupName: logGroup, awsRequestId: requestId } = lambda;
      const occasion = { ...(task && { task }), ...place, logGroup, requestId, at: new Date() };
      await reportFailure(error, occasion, secret, ports);
      return "told";
    },
  };
};
