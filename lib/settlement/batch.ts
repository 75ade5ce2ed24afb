import { bounded } from "../bounded.ts";
import type { Context } from "../context/context.ts";
import { candidatesOf } from "./candidates.ts";
import { Look, type LookOutcome } from "./look.ts";
import { Pass } from "./pass.ts";
import type { SettlementPorts } from "./ports.ts";
import { Standing } from "./standing.ts";

/** The part of an SQS event that is read. */
export interface QueueEvent {
  /** Not from the queue, which gives out one batch at a time: an emergency asks beside it. */
  readonly isDirect?: boolean;
  readonly Records?: readonly { readonly messageId: string; readonly body: string }[];
}

/** What Lambda's event source mapping reads (ReportBatchItemFailures): these messages come again. */
export interface BatchResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Before each further look at what takes seconds, in milliseconds; the last one again and again. */
const delays = [1000, 2000, 4000, 8000, 15_000];

/**
 * For how long one invocation does so, looks included, in milliseconds: as long as a task may take to stop
 * (ECS developer guide, `stopTimeout`). The tick comes for what takes longer.
 */
const patience = 120_000;

/** Secrets at once; and beside them those whose server did not answer the last time, which may take long again. */
const [width, slowWidth] = [20, 5];

/**
 * One pass: looks at every secret that a batch of messages is a reason to look at, and again at those that wait for
 * something that ends in seconds and that no event reports.
 *
 * The next event or tick repeats whatever this pass did not do, so a message comes again only when AWS answered
 * nothing at all: while it is hidden, the queue gives out no other one, and when it has come often enough it becomes
 * a dead letter, which raises an alarm.
 */
export async function settleBatch(
  { Records = [], isDirect = false }: QueueEvent,
  ports: SettlementPorts,
  context: Context,
): Promise<BatchResult> {
  const endsAt = context.now().getTime() + patience;
  const bodies = Records.map(({ body }) => body);
  const standing = await Standing.read(ports.memory, context);
  const { all, areListed, every } = await candidatesOf(bodies, ports, context, standing);
  if (every) standing.release(every, ports.manifest);
  const pass = new Pass(ports, context, standing, isDirect);
  const looks = all.map((candidate) => ({
    look: new Look(candidate, pass),
    isSlow: candidate.listed !== undefined && standing.hasFailedToRetire(candidate.listed),
  }));
  let round = await runAll(looks);
  const isNothingRead =
    !(areListed && all.some(({ isNamed }) => !isNamed)) &&
    round.every(({ outcome }) => outcome === "unread" || outcome === "unreached") &&
    (round.length > 0 || !areListed);
  if (isNothingRead) {
    await standing.told();
    return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }
  warnOfUnreached(round, context);
  for (let count = 0; ; count += 1) {
    const open = round.filter(({ outcome }) => outcome === "soon");
    const delay = count === 0 ? pass.unripeMs : pauseBefore(count);
    if (open.length === 0 || context.now().getTime() + delay > endsAt) break;
    if (!(await pass.begin()) || (delay > 0 && !(await hasSlept(delay, context)))) break;
    round = await runAll(open);
    if (count === 0) warnOfUnreached(round, context);
  }
  await standing.told();
  return { batchItemFailures: [] };
}

const pauseBefore = (count: number) => delays[Math.min(count, delays.length) - 1] ?? 0;

interface Looking {
  readonly look: Look;
  readonly isSlow: boolean;
}

async function runAll(looks: readonly Looking[]) {
  const run = async (each: Looking) => ({ ...each, outcome: await each.look.again() });
  const [quick, slow] = await Promise.all([
    bounded(
      looks.filter(({ isSlow }) => !isSlow),
      width,
      run,
    ),
    bounded(
      looks.filter(({ isSlow }) => isSlow),
      slowWidth,
      run,
    ),
  ]);
  return [...quick, ...slow];
}

function warnOfUnreached(
  looks: readonly { readonly outcome: LookOutcome }[],
  { log }: Context,
): void {
  const count = looks.filter(({ outcome }) => outcome === "unreached").length;
  if (count > 0)
    log.warn(
      "all secrets",
      `${count} were not reached in this pass; the next one begins elsewhere`,
    );
}

/** `false` when there is no time left. */
async function hasSlept(ms: number, { sleep }: Context): Promise<boolean> {
  return sleep(ms).then(
    () => true,
    () => false,
  );
}
