import type { MiddlewareObj, Request } from "@middy/core";
import type { Context as LambdaContext } from "aws-lambda";
import type { Context, Task } from "../context/context.ts";
import { type FailedAnswer, failedAnswer } from "../context/failed-answer.ts";
import { asRotationError } from "../errors.ts";
import { secretNameOf } from "../secret/arn.ts";
import { holderOf } from "../secret/labels.ts";
import type { SecretStore } from "../secret/store.ts";
import { lookUp } from "./report.ts";
import { isRotationStep } from "./step-metrics.ts";

/** Lambda's context, which carries ours to the middleware and the handler. */
export interface Invocation extends LambdaContext {
  quarterturn: Context;
}

/** What an event asks for. */
export interface Subject {
  readonly step: string;
  /** Name or ARN. */
  readonly secretId: string;
  /** The version that is being made, or retired. */
  readonly token: string;
}

/** The part of an answer that is logged. */
interface Answer {
  readonly outcome: "done" | "alreadyCurrent";
  /** The secret's name. */
  readonly secret: string;
}

interface Internal extends Record<string, unknown> {
  startedAt: number;
}

type StepReport = MiddlewareObj<unknown, Answer | FailedAnswer, Error, Invocation, Internal>;

/**
 * One log line a step, and one alert a failure. Whatever was thrown leaves the function as a RotationError: Lambda
 * prints everything that an error carries.
 * @param read throws when the event cannot be read
 */
export function stepReport(
  store: Pick<SecretStore, "describe">,
  read: (payload: unknown) => Subject,
): StepReport {
  return {
    before({ internal, context: { quarterturn } }) {
      internal.startedAt = quarterturn.now().getTime();
    },
    after({ event, response, internal, context: { quarterturn } }) {
      if (!response || response.outcome === "failed") return;
      const { step, token } = read(event);
      const ms = quarterturn.now().getTime() - internal.startedAt;
      quarterturn.log.step({ step, token, ...response, ms });
    },
    async onError(request) {
      await reportFailure(request, store, read);
    },
  };
}

/** The same for a function that settlement invokes: it answers the failures that it has reported. */
export function requestReport(
  store: Pick<SecretStore, "describe">,
  read: (payload: unknown) => Subject,
): StepReport {
  return {
    ...stepReport(store, read),
    async onError(request) {
      const { error, told } = await reportFailure(request, store, read);
      if (told) request.response = failedAnswer(error);
    },
  };
}

async function reportFailure(
  request: Request<unknown, Answer | FailedAnswer, Error, Invocation, Internal>,
  store: Pick<SecretStore, "describe">,
  read: (payload: unknown) => Subject,
) {
  const { quarterturn } = request.context;
  const error = asRotationError(request.error);
  request.error = error;
  const ms = quarterturn.now().getTime() - request.internal.startedAt;
  const subject = attempt(() => read(request.event));
  const state = subject && (await lookUp(store, subject.secretId));
  const task = subject && taskOf(subject, state?.name ?? secretNameOf(subject.secretId));
  const { secret, step, token } = task ?? unreadable;
  const currentId = state && holderOf(state, "AWSCURRENT");
  const { code, message } = error;
  quarterturn.log.step({ secret, step, token, currentId, outcome: "failed", ms, code, message });
  return { error, told: (await quarterturn.report(error, task, state)) === "told" };
}

const unreadable = { secret: "unknown", step: "unknown", token: "unknown" };

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
