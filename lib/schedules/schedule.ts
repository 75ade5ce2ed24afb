import type { ProblemMemory } from "../alerts/memory.ts";
import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { SchedulesUnseen } from "./errors.ts";
import { Pace } from "./pace.ts";
import { pass } from "./pass.ts";
import type { ScheduledSecret, Schedules } from "./port.ts";
import { followUpOf, parseRequest, type ScheduleRequest, type StackRequest } from "./request.ts";
import { type Answer, answerTo, summaryOf } from "./summary.ts";
import { type Looked, tellOf } from "./tell.ts";
import { itemsOf, type Rotators } from "./wanted.ts";

/** Everything that the function reaches the world through. It reads no secret value. */
export interface SchedulePorts {
  readonly store: Schedules;
  readonly memory: Pick<ProblemMemory, "list" | "write">;
  readonly manifest: Manifest;
  readonly rotators: Rotators;
  readonly stack: Stack;
  /** Invokes this function again, without waiting for it. @throws AwsCallFailed */
  goOn(event: object, signal: AbortSignal): Promise<void>;
}

/** CloudFormation, which waits for an answer. */
interface Stack {
  /** @throws AwsCallFailed */
  answer(to: StackRequest, answer: Answer, signal: AbortSignal): Promise<void>;
}

/** In milliseconds, kept back from an invocation to alert on-call, to answer and to be followed by another one. */
export const handOverTime = 60_000;

/** In milliseconds: CloudFormation waits an hour at most. What is left then is done all the same. */
const patience = 45 * 60_000;

/** Lambda ends a chain of invocations of about 16 (developer guide, "Recursive loop detection"). */
const mostRounds = 12;

/** In milliseconds. A role that was just made may take a moment to be known everywhere. */
const [listAttempts, listPause] = [6, 10_000];

/**
 * Makes the schedules in Secrets Manager those of the manifest, as far as they differ. It is asked by CloudFormation when
 * the manifest's have changed or the stack is to be removed, and every hour for what was not there or failed. Answers
 * CloudFormation whatever happens.
 */
export async function schedule(
  event: unknown,
  ports: SchedulePorts,
  context: Context,
): Promise<{ readonly summary: string }> {
  const request = parseRequest(event, context.now());
  const looked = await look(request, ports, context);
  const summary = summaryOf(looked);
  const line = { secret: "all", step: "schedule", token: "none", ms: 0 } as const;
  context.log.step({ ...line, outcome: "done", message: summary });
  const isLate = context.now().getTime() - request.since > patience;
  const isFollowed = !isLate && (await goOn(request, looked, ports, context));
  await tellOf(looked, ports.memory, context, AbortSignal.timeout(handOverTime / 2));
  if (request.stack && !isFollowed)
    await ports.stack.answer(
      request.stack,
      answerTo(request.stack, looked),
      AbortSignal.timeout(handOverTime / 3),
    );
  return { summary };
}

/** Has another invocation do what this one had no time for. @returns whether there is one */
async function goOn(
  request: ScheduleRequest,
  { isWhole, failure }: Looked,
  ports: SchedulePorts,
  { log }: Context,
): Promise<boolean> {
  if (isWhole || failure || request.round >= mostRounds) return false;
  try {
    await ports.goOn(followUpOf(request), AbortSignal.timeout(handOverTime / 6));
    return true;
  } catch (thrown) {
    const { message } = asRotationError(thrown);
    log.warn("all", `the rest of the schedules waits for the next hour: ${message}`);
    return false;
  }
}

async function look(
  { stack }: ScheduleRequest,
  { store, manifest, rotators }: SchedulePorts,
  context: Context,
): Promise<Looked> {
  const since = context.now();
  try {
    const listed = await list(store, stack ? listAttempts : 1, context);
    const occasion = {
      now: since,
      ours: Object.values(rotators),
      isFirst: stack?.type === "Create",
    };
    const items = itemsOf(listed, stack?.type === "Delete" ? undefined : manifest, rotators);
    const seen = await pass(items, { store, pace: new Pace(), occasion }, context);
    return { seen, isWhole: seen.length === items.length, since };
  } catch (thrown) {
    return {
      seen: [],
      isWhole: false,
      since,
      failure: new SchedulesUnseen(asRotationError(thrown)),
    };
  }
}

/** @throws AwsCallFailed, DeadlineReached */
async function list(
  store: Schedules,
  attempts: number,
  context: Context,
): Promise<readonly ScheduledSecret[]> {
  try {
    return await store.list(context.signal);
  } catch (thrown) {
    if (attempts <= 1 || context.signal.aborted) throw thrown;
    await context.sleep(listPause);
    return list(store, attempts - 1, context);
  }
}
