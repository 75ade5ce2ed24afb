import { bounded } from "../bounded.ts";
import type { Context } from "../context/context.ts";
import { DeadlineReached } from "../context/deadline.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { act, type PassPorts, reasonOf } from "./act.ts";
import type { Decision } from "./decide.ts";
import { decide, type Item } from "./wanted.ts";

/** What became of one schedule. */
export interface Seen {
  readonly item: Item;
  readonly decision: Decision;
  /** Absent: the schedule is as it should be, or is to be left alone. */
  readonly failure?: RotationError | undefined;
}

/** How many secrets are described at a time. */
const width = 5;

/**
 * Sets and ends the schedules of these secrets. Whatever one of them meets, the others are served. Begins anywhere, so
 * that none waits behind those that fail for ever.
 * @returns those that were reached in time
 */
export async function pass(
  items: readonly Item[],
  ports: PassPorts,
  context: Context,
): Promise<readonly Seen[]> {
  const { occasion } = ports;
  const first = items.map((item) => ({ item, decision: decide(item, item.listed, occasion) }));
  const isLeft = ({ decision }: Seen) => decision.kind === "leave" && decision.why !== "absent";
  const open = first.filter((seen) => !isLeft(seen)).map(({ item }) => item);
  const start = open.length > 0 ? context.randomInt(open.length) : 0;
  const turned = [...open.slice(start), ...open.slice(0, start)];
  const served = await bounded(turned, width, (item) => serve(item, ports, context));
  return [...first.filter(isLeft), ...served.flatMap((seen) => seen ?? [])];
}

/** @returns `undefined` where the time is up */
async function serve(item: Item, ports: PassPorts, context: Context): Promise<Seen | undefined> {
  if (context.signal.aborted) return undefined;
  const { store, occasion } = ports;
  let decision: Decision = { kind: "set" };
  try {
    const secret = await store.describe(item.secretId, context.signal);
    decision = decide(item, secret, occasion);
    await act({ item, decision, secret }, ports, context);
    return { item, decision };
  } catch (thrown) {
    const error = asRotationError(thrown);
    if (error instanceof DeadlineReached) return undefined;
    const failure = reasonOf(item, error);
    const line = { secret: item.name, step: "schedule", token: "none", ms: 0 } as const;
    const { code, message } = failure;
    context.log.step({ ...line, outcome: "failed", code, message });
    return { item, decision, failure };
  }
}
