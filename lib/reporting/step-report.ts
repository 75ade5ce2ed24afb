import { type ProblemMemory, problemsIn, type Remembered } from "../alerts/memory.ts";
import { remember } from "../alerts/remember.ts";
import { tell } from "../alerts/tell.ts";
import type { Context } from "../context/context.ts";
import { reportTime } from "../context/deadline.ts";
import { failedAnswer } from "../context/failed-answer.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import type { SecretStore } from "../secret/store.ts";
import { attempt, lines, logFailure, type StepReport, type Subject } from "./step-lines.ts";

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
      const failed = await logFailure(request, store, subject, soon);
      const readable = await remembering;
      const failure = await told({ ...failed, subject, readable, memory }, quarterturn);
      // The alarm on Lambda's Errors is for what could not tell; CloudWatch has those at the time of the invocation.
      if (!failure) quarterturn.log.failureTold(new Date(request.internal.startedAt));
    },
  };
}

interface Failed extends Awaited<ReturnType<typeof logFailure>>, Pick<ReportPorts, "memory"> {
  readonly subject: Subject | undefined;
  /** What on-call was told of the secret; absent: it could not be read. */
  readonly readable: readonly Remembered[] | undefined;
}

/** @returns what kept the alert from being sent; `undefined` where on-call knows */
async function told(
  { error, task, state, subject, readable, memory }: Failed,
  context: Context,
): Promise<RotationError | undefined> {
  const signal = AbortSignal.timeout(reportTime - lookTime);
  if (!subject || !task) {
    const reported = await context.report({ status: "begun", error }, signal);
    return reported === "told" ? undefined : reported;
  }
  const all = readable ?? [];
  const seen = {
    secret: { arn: state?.arn ?? subject.secretId, name: task.secret },
    domain: "rotation",
    standing: problemsIn(all, "rotation"),
    found: [{ error, task }],
    remembered: all,
    since: context.now(),
    // Settlement sees that a later version was promoted.
    isOver: () => false,
  } as const;
  const { failure, unremembered } = await tell(seen, readable && memory, context, signal);
  const { arn, name } = seen.secret;
  const left = { secret: arn, domain: "rotation", isUnread: readable === undefined } as const;
  if (unremembered)
    await remember({ ...left, told: unremembered }, memory, signal).catch((thrown) => {
      const { code, message } = asRotationError(thrown);
      context.log.alertFailed(name, code, message);
    });
  return failure;
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
