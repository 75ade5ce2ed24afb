import type { Context } from "../context/context.ts";
import { DeadlineReached } from "../context/deadline.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { holderOf, retiringLabel } from "../secret/labels.ts";
import { settlementTask } from "./act.ts";
import { InvokedFailed } from "./errors.ts";
import { hintsOf } from "./hints.ts";
import type { SettlementPorts } from "./ports.ts";
import { settle } from "./settle.ts";

/** The part of an SQS event that is read. */
export interface QueueEvent {
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

/**
 * Looks at every secret that a batch of messages is a reason to look at, each once, however many messages
 * name it, and again at those that wait for something that ends in seconds and that no event reports. A message
 * comes again when looking at one of its secrets failed and may succeed later: until then the queue
 * gives out no other message.
 */
export async function settleBatch(
  event: QueueEvent,
  ports: SettlementPorts,
  context: Context,
): Promise<BatchResult> {
  const reasons = new Map<string, string[]>();
  for (const { messageId, body } of event.Records ?? [])
    for (const secret of hintsOf(parsed(body), ports.manifest))
      reasons.set(secret, [...(reasons.get(secret) ?? []), messageId]);
  const failed = new Set<string>();
  const endsAt = context.now().getTime() + patience;
  let open = [...reasons.keys()].map((secret) => new Look(secret, ports, context));
  for (let round = 0; open.length > 0; round += 1) {
    const soon: Look[] = [];
    for (const look of open) {
      const outcome = await look.again();
      if (outcome === "soon") soon.push(look);
      if (outcome === "failed") for (const id of reasons.get(look.secret) ?? []) failed.add(id);
    }
    const delay = delays[Math.min(round, delays.length - 1)] ?? 0;
    if (soon.length === 0 || context.now().getTime() + delay > endsAt) break;
    if (!(await hasSlept(delay, context))) break;
    open = soon;
  }
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** `false` when there is no time left. */
async function hasSlept(ms: number, { sleep }: Context): Promise<boolean> {
  return sleep(ms).then(
    () => true,
    () => false,
  );
}

/** In milliseconds, of the time that is kept back from the deadline. */
const lookTime = 1000;

/** One secret of a batch. */
class Look {
  readonly secret: string;
  readonly #ports: SettlementPorts;
  readonly #context: Context;
  readonly #startedAt: number;
  /** The message that was logged last; empty before the first. */
  #logged = "";

  constructor(secret: string, ports: SettlementPorts, context: Context) {
    this.secret = secret;
    this.#ports = ports;
    this.#context = context;
    this.#startedAt = context.now().getTime();
  }

  /** Logs only what is new. */
  async again(): Promise<"done" | "soon" | "failed"> {
    const { log, now } = this.#context;
    const common = { secret: this.secret, step: "settle", token: "RETIRING" };
    const ms = () => now().getTime() - this.#startedAt;
    try {
      const { outcome, why, soon } = await settle(this.secret, this.#ports, this.#context);
      const message = why ? `${outcome}: ${why}` : outcome;
      if (message !== this.#logged) log.step({ ...common, outcome: "done", ms: ms(), message });
      this.#logged = message;
      return soon ? "soon" : "done";
    } catch (thrown) {
      const error = asRotationError(thrown);
      // An earlier look succeeded: having no time for another one is no failure.
      if (this.#logged && error instanceof DeadlineReached) return "done";
      const { code, message } = error;
      log.step({ ...common, outcome: "failed", ms: ms(), code, message });
      if (!(error instanceof InvokedFailed && error.told)) await this.#report(error);
      return error.retryable ? "failed" : "done";
    }
  }

  /** A secret that cannot even be described cannot remember that on-call was alerted, so only the log says it. */
  async #report(error: RotationError): Promise<void> {
    const secret = await this.#ports.store
      .describe(this.secret, AbortSignal.timeout(lookTime))
      .catch(() => undefined);
    if (!secret) return;
    const task = settlementTask(secret.name, holderOf(secret, retiringLabel) ?? "");
    await this.#context.report(error, task, secret);
  }
}

/** A body that is not JSON is a hint all the same: look at everything. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
