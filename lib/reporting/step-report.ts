import type { MiddlewareObj } from "@middy/core";
import type { Context } from "aws-lambda";
import { asRotationError } from "../errors.ts";
import type { RotationPorts, StepResult } from "../rotation/rotate.ts";
import { reportFailure } from "./failure-report.ts";

/** Where the function runs. */
export interface Place {
  /** The stage, e.g. `production`. */
  readonly environment: string;
  readonly region: string;
}

/** What an event is about. */
export interface Subject {
  readonly step: string;
  readonly secretId: string;
  /** The version that is being made, or retired. */
  readonly token: string;
}

const unknown: Subject = { step: "unknown", secretId: "unknown", token: "unknown" };

/**
 * One log line a step, and one alert a failure. What was thrown leaves the function as a RotationError or
 * not at all: Lambda prints whatever an error carries.
 */
export function stepReport(
  ports: RotationPorts,
  place: Place,
  read: (payload: unknown) => Subject,
): MiddlewareObj<unknown, StepResult, Error, Context, { startedAt: number }> {
  const now = () => ports.sources.now();
  return {
    before(request) {
      request.internal.startedAt = now().getTime();
    },
    after({ event, response, internal }) {
      if (!response) return;
      const { step, token } = read(event);
      ports.log.step({ step, token, ...response, ms: now().getTime() - internal.startedAt });
    },
    async onError(request) {
      const error = asRotationError(request.error);
      request.error = error;
      const { step, secretId: secret, token } = attempt(() => read(request.event)) ?? unknown;
      const ms = now().getTime() - request.internal.startedAt;
      const { code, message } = error;
      ports.log.step({ secret, step, token, outcome: "failed", ms, code, message });
      const { logGroupName: logGroup, awsRequestId: requestId } = request.context;
      const at = now();
      await reportFailure(error, { secret, step, token, ...place, logGroup, requestId, at }, ports);
    },
  };
}

function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
