import type { Context } from "../context/context.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { type Decision, isAwaited, type Occasion, offMark } from "./decide.ts";
import {
  LeftUnsettled,
  OtherStackRotates,
  ScheduleManaged,
  ScheduleNotEnded,
  ScheduleNotSet,
} from "./errors.ts";
import type { Pace } from "./pace.ts";
import type { Schedule, ScheduledSecret, Schedules } from "./port.ts";
import { decide, type Item } from "./wanted.ts";

export interface PassPorts {
  readonly store: Schedules;
  readonly pace: Pace;
  readonly occasion: Occasion;
}

interface Acting {
  readonly item: Item;
  readonly decision: Decision;
  readonly secret: ScheduledSecret | undefined;
}

/** @throws what keeps the schedule from being as it should be */
export async function act(
  { item, decision, secret }: Acting,
  ports: PassPorts,
  context: Context,
): Promise<void> {
  if (decision.kind === "leave") return;
  if (decision.kind === "refuse") throw refusal(decision.why, item, secret);
  await ports.pace.turn(context);
  const { store } = ports;
  const { signal } = context;
  if (decision.kind === "mark") return store.mark(item.secretId, decision.mark, signal);
  if (decision.kind === "cancel") return cancel(item, ports, context);
  if (item.wanted) await set(item, item.wanted, ports, context);
  if (secret?.mark === undefined) return;
  const isKept = secret.rotation?.isOn && isAwaited(secret.mark, ports.occasion.now);
  if (!isKept) await store.mark(item.secretId, undefined, signal);
}

function refusal(
  why: (Decision & { kind: "refuse" })["why"],
  { name }: Item,
  secret: ScheduledSecret | undefined,
): RotationError {
  if (why === "managed") return new ScheduleManaged(name);
  return why === "unsettled"
    ? new LeftUnsettled(name, secret?.unsettled ?? "")
    : new OtherStackRotates(name, secret?.rotation?.functionArn ?? "");
}

/** Somebody else may have set it meanwhile: then Secrets Manager is still testing that. */
async function set(item: Item, wanted: Schedule, ports: PassPorts, context: Context) {
  const { store, occasion } = ports;
  try {
    await store.set(item.secretId, wanted, context.signal);
  } catch (thrown) {
    const now = await store.describe(item.secretId, context.signal);
    const { kind } = decide(item, now, { ...occasion, isFirst: false });
    if (kind === "set" || kind === "refuse") throw thrown;
  }
}

/** The mark first: what is off without one was switched off by a person, and stays off. */
async function cancel({ secretId, name }: Item, { store }: PassPorts, context: Context) {
  try {
    await store.mark(secretId, offMark, context.signal);
  } catch (thrown) {
    const { message } = asRotationError(thrown);
    context.log.warn(name, `its schedule will not be switched on again automatically: ${message}`);
  }
  await store.cancel(secretId, context.signal);
}

/** The failure as on-call gets it. */
export function reasonOf(item: Item, error: RotationError): RotationError {
  const isOwn = [OtherStackRotates, ScheduleManaged, LeftUnsettled].some(
    (each) => error instanceof each,
  );
  if (isOwn) return error;
  return item.wanted
    ? new ScheduleNotSet(item.name, error)
    : new ScheduleNotEnded(item.name, error, item.isSupplied);
}
