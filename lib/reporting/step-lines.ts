import type { MiddlewareObj, Request } from "@middy/core";
import type { Task } from "../context/context.ts";
import type { FailedAnswer } from "../context/failed-answer.ts";
import { asRotationError } from "../errors.ts";
import { secretNameOf } from "../secret/arn.ts";
import { holderOf } from "../secret/labels.ts";
import type { SecretStore } from "../secret/store.ts";
import type { Invocation } from "./invocation.ts";
import { isRotationStep } from "./step-metrics.ts";

/** What an event asks for. */
export interface Subject {
  readonly step: string;
  /** Name or ARN. */
  readonly secretId: string;
  /** The version that is being made, or retired. */
  readonly token: string;
}

/** The part of an answer that is logged. */
export interface Answer {
  readonly outcome: "done" | "alreadyCurrent";
  /** The secret's name. */
  readonly secret: string;
}

export interface Internal extends Record<string, unknown> {
  startedAt: number;
}

export type StepReport = MiddlewareObj<unknown, Answer | FailedAnswer, Error, Invocation, Internal>;

/** One log line a step that succeeds. */
export function lines(read: (payload: unknown) => Subject): StepReport {
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
  };
}

/** Whatever was thrown leaves the function as a RotationError: Lambda prints everything that an error carries. */
export async function logFailure(
  request: Request<unknown, Answer | FailedAnswer, Error, Invocation, Internal>,
  store: Pick<SecretStore, "describe">,
  subject: Subject | undefined,
  signal: AbortSignal,
) {
  const { quarterturn } = request.context;
  const error = asRotationError(request.error);
  request.error = error;
  const ms = quarterturn.now().getTime() - request.internal.startedAt;
  const state = subject && (await store.describe(subject.secretId, signal).catch(() => undefined));
  const task = subject && taskOf(subject, state?.name ?? secretNameOf(subject.secretId));
  const { secret, step, token } = task ?? unreadable;
  const currentId = state && holderOf(state, "AWSCURRENT");
  const { code, message } = error;
  quarterturn.log.step({ secret, step, token, currentId, outcome: "failed", ms, code, message });
  return { error, task, state };
}

const unreadable = { secret: "unknown", step: "unknown", token: "unknown" };

function taskOf({ step, token }: Subject, secret: string): Task {
  const kind = step === "mirror" ? "mirror" : "retirement";
  return { kind: isRotationStep(step) ? "rotation" : kind, secret, step, token };
}

export function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
