import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { PassPorts } from "./act.ts";
import { SchedulesUnseen } from "./errors.ts";
import { Pace } from "./pace.ts";
import { pass, type Seen } from "./pass.ts";
import type { ScheduledSecret, Schedules } from "./port.ts";
import type { ScheduleRequest } from "./request.ts";
import type { Looked } from "./tell.ts";
import { decide, type Item, itemsOf, type Rotators } from "./wanted.ts";

export interface LookPorts {
  readonly store: Schedules;
  readonly manifest: Manifest;
  readonly rotators: Rotators;
}

/** In milliseconds. A role that was just made may take a moment to be known everywhere. */
const [listAttempts, listPause] = [6, 10_000];

/**
 * In milliseconds. CloudFormation asks to remove what it is still creating, when anything else of the stack fails
 * (cloudformation-coverage-roadmap #1730); an hourly look may be under way, too. Both change something every second,
 * and go on in another invocation within this time.
 */
const calm = 60_000;

/** Looks at all schedules, and changes those that differ. Does not throw. */
export async function look(
  request: ScheduleRequest,
  { store, manifest, rotators }: LookPorts,
  context: Context,
): Promise<Looked> {
  const since = context.now();
  const { stack } = request;
  try {
    const listed = await list(store, stack ? listAttempts : 1, context);
    const items = itemsOf(listed, manifest, rotators, stack?.type === "Delete");
    const occasion = { now: since, ours: Object.values(rotators) };
    const ports = { store, pace: new Pace(), occasion };
    const passed = await passes(request, items, ports, context);
    return { ...passed, isWhole: passed.seen.length === items.length, since };
  } catch (thrown) {
    const failure = new SchedulesUnseen(asRotationError(thrown));
    return { seen: [], isWhole: false, since, failure };
  }
}

/** The first marks before it sets anything, and only once: what it has set itself looks the same afterwards. */
async function passes(
  { stack, isMarked = false }: ScheduleRequest,
  items: readonly Item[],
  ports: PassPorts,
  context: Context,
): Promise<Pick<Looked, "seen" | "isMarked">> {
  if (stack?.type === "Delete") return { seen: await untilCalm(items, ports, context) };
  if (stack?.type !== "Create" || isMarked) return { seen: await pass(items, ports, context) };
  const first = { ...ports, occasion: { ...ports.occasion, isFirst: true } };
  const isEarlier = (item: Item) => decide(item, item.listed, first.occasion).kind === "mark";
  const earlier = items.filter(isEarlier);
  const marked = await pass(earlier, first, context);
  if (marked.length < earlier.length) return { seen: marked };
  const isLeft = (item: Item) =>
    !isEarlier(item) || decide(item, item.listed, ports.occasion).kind === "set";
  const left = items.filter(isLeft);
  const done = marked.filter(({ item }) => !isLeft(item));
  return { seen: [...done, ...(await pass(left, ports, context))], isMarked: true };
}

/** Looks again until nothing new was switched on by another invocation. */
async function untilCalm(
  items: readonly Item[],
  ports: PassPorts,
  context: Context,
): Promise<readonly Seen[]> {
  const all = new Map<Item, Seen>();
  for (let round = 1; ; round += 1) {
    const seen = await pass(items, ports, context);
    const isEnded = ({ decision, failure }: Seen) => decision.kind === "cancel" && !failure;
    for (const each of seen) {
      const before = all.get(each.item);
      if (!before || !isEnded(before) || each.failure) all.set(each.item, each);
    }
    if (seen.length < items.length) return seen;
    if (round > 1 && !seen.some(isEnded)) return [...all.values()];
    await context.sleep(calm).catch(() => {});
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
