import type { ProblemMemory } from "../alerts/memory.ts";
import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import { type LookPorts, look } from "./look.ts";
import { followUpOf, parseRequest, type ScheduleRequest, type StackRequest } from "./request.ts";
import { type Answer, answerTo, summaryOf } from "./summary.ts";
import { type Looked, tellOf } from "./tell.ts";

/** Everything that the function reaches the world through. It reads no secret value. */
export interface SchedulePorts extends LookPorts {
  readonly memory: Pick<ProblemMemory, "list" | "write">;
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
  { isWhole, isMarked, failure }: Looked,
  ports: SchedulePorts,
  { log }: Context,
): Promise<boolean> {
  if (isWhole || failure || request.round >= mostRounds) return false;
  try {
    const next = { ...request, isMarked: isMarked ?? request.isMarked };
    await ports.goOn(followUpOf(next), AbortSignal.timeout(handOverTime / 6));
    return true;
  } catch (thrown) {
    const { message } = asRotationError(thrown);
    log.warn("all", `the rest of the schedules waits for the next hour: ${message}`);
    return false;
  }
}
