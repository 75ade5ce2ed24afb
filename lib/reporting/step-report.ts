import type { MiddlewareObj, Request } from "@middy/core";
import type { Context as LambdaContext } from "aws-lambda";
import {
  type ProblemMemory,
  problemsBeside,
  problemsIn,
  type Remembered,
} from "../alerts/memory.ts";
import { tell } from "../alerts/tell.ts";
import type { Context, Task } from "../context/context.ts";
import { reportTime } from "../context/deadline.ts";
import { type FailedAnswer, failedAnswer } from "../context/failed-answer.ts";
import { asRotationError } from "../errors.ts";
import { secretNameOf } from "../secret/arn.ts";
import { holderOf } from "../secret/labels.ts";
import type { SecretStore } from "../secret/store.ts";
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

export interface ReportPorts {
  readonly store: Pick<SecretStore, "describe">;
  readonly memory: Pick<ProblemMemory, "of" | "write">;
}

/**
 * One log line a step, and one alert a problem. Whatever was thrown leaves the function as a RotationError: Lambda
 * prints everything that an error carries.
 * @param read throws when the event cannot be read
 */
export function stepReport(
  { store, memory }: ReportPorts,
  read: (payload: unknown) => Subject,
): StepReport {
  return {
    ...lines(read),
    async onError(request) {
      const { quarterturn } = request.context;
      const subject = attempt(() => read(request.event));
      const soon = AbortSignal.timeout(lookTime);
      const remembering = subject && remembered(memory, subject.secretId, soon);
      const { error, task, state } = await logFailure(request, store, subject, soon);
      const readable = await remembering;
      const all = readable ?? [];
      const standing = problemsIn(all, "rotation");
      const elsewhere = problemsBeside(all, "rotation");
      const signal = AbortSignal.timeout(reportTime - lookTime);
      if (!subject || !task) await quarterturn.report({ status: "begun", error }, signal);
      else {
        const secret = { arn: state?.arn ?? subject.secretId, name: task.secret };
        const found = [{ error, task }];
        const seen = { secret, domain: "rotation", standing, found, elsewhere } as const;
        const since = quarterturn.now();
        // Settlement sees that a later version was promoted.
        await tell(
          { ...seen, since, isOver: () => false },
          readable && memory,
          quarterturn,
          signal,
        );
      }
    },
  };
}

/** The same for a function that settlement invokes: it answers its failures, and settlement alerts on-call. */
export function requestReport(
  store: Pick<SecretStore, "describe">,
  read: (payload: unknown) => Subject,
): StepReport {
  return {
    ...lines(read),
    async onError(request) {
      const subject = attempt(() => read(request.event));
      const soon = AbortSignal.timeout(lookTime);
      const { error } = await logFailure(request, store, subject, soon);
      request.response = failedAnswer(error);
    },
  };
}

function lines(read: (payload: unknown) => Subject): StepReport {
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

/** In milliseconds: how much of the time for the report a look at the secret, and at what is remembered, may take. */
const lookTime = 1000;

/** What cannot be read in time is not known: the problem is told, perhaps again. */
async function remembered(
  memory: Pick<ProblemMemory, "of">,
  secret: string,
  signal: AbortSignal,
): Promise<readonly Remembered[] | undefined> {
  return memory.of(secret, signal).catch(() => undefined);
}

async function logFailure(
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

function attempt<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}
