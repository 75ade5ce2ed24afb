import type { MiddlewareObj } from "@middy/core";
import type { Context } from "aws-lambda";
import type { Task } from "../alerts/alert.ts";
import type { Log } from "../context/log.ts";
import { asRotationError } from "../errors.ts";
import type { RotationPorts, StepResult } from "../rotation/rotate.ts";
import { secretNameOf } from "../secret/arn.ts";
import { holderOf } from "../secret/labels.ts";
import { lookUp, reportFailure } from "./failure-report.ts";
import { isRotationStep } from "./step-metrics.ts";

/** Where the function runs. */
export interface Place {
  /** The stage, e.g. `production`. */
  readonly environment: string;
  readonly region: string;
}

/** What an event is about. */
export interface Subject {
  readonly step: string;
  /** Name or ARN. */
  readonly secretId: string;
  /** The version that is being made, or retired. */
  readonly token: string;
}

/** What a report is made from, and by. */
export interface ReportPorts extends Pick<RotationPorts, "store" | "alerts"> {
  readonly log: Log;
  readonly sources: { now(): Date };
}

/**
 * One log line a step, and one alert a failure. What was thrown leaves the function as a RotationError or
 * not at all: Lambda prints whatever an error carries.
 */
export function stepReport(
  ports: ReportPorts,
  place: Place,
  read: (payload: unknown) => Subject,
): MiddlewareObj<unknown, StepResult, Error, Context, { startedAt: number }> {
  const now = () => ports.sources.now();
  return {
    before({ internal, context }) {
      internal.startedAt = now().getTime();
      ports.log.begin(context.awsRequestId);
    },
    after({ event, response, internal }) {
      if (!response) return;
      const { step, token } = read(event);
      ports.log.step({ step, token, ...response, ms: now().getTime() - internal.startedAt });
    },
    async onError(request) {
      const error = asRotationError(request.error);
      request.error = error;
      const at = now();
      const ms = at.getTime() - request.internal.startedAt;
      const subject = attempt(() => read(request.event));
      const state = subject && (await lookUp(ports.store, subject.secretId));
      const task = subject && taskOf(subject, state?.name ?? secretNameOf(subject.secretId));
      const { secret, step, token } = task ?? {
        secret: "unknown",
        step: "unknown",
        token: "unknown",
      };
      const currentId = state && holderOf(state, "AWSCURRENT");
      const { code, message } = error;
      ports.log.step({ secret, step, token, currentId, outcome: "failed", ms, code, message });
      const { logGroupName: logGroup, awsRequestId: requestId } = request.context;
      const occasion = { ...(task && { task }), ...place, logGroup, requestId, at };
      await reportFailure(error, occasion, state, ports);
    },
  };
}

function taskOf({ step, token }: Subject, secret: string): Task {
  const kind = step === "mirror" ? "mirror" : "retirement";
  return { kind: isRotationStep(step) ? "rotation" : kind, secret, step, token };
}

function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
