import { DeadlineReached } from "../context/deadline.ts";
import type { Log } from "../context/log.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { holderOf, retiringLabel } from "../secret/labels.ts";
import { InvokedFailed } from "./errors.ts";
import { hintsOf } from "./hints.ts";
import { type SettlementPorts, settle } from "./settle.ts";

/** What of an SQS event is read. */
export interface QueueEvent {
  readonly Records?: readonly { readonly messageId: string; readonly body: string }[];
}

/** What Lambda's event source mapping reads (ReportBatchItemFailures): these messages come again. */
export interface BatchResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Before it looks again at what is a matter of seconds, in milliseconds; the last one again and again. */
const delays = [1000, 2000, 4000, 8000, 15_000];

/**
 * How long it does so in one invocation, looks included, in milliseconds: as long as a task may take to stop
 * (ECS developer guide, `stopTimeout`). The tick comes for what takes longer.
 */
const patience = 120_000;

/**
 * Looks at every secret that a batch of messages is a reason to look at, each once, however many messages
 * say so, and again at those that wait for something that ends in a moment and is told by no event. A message
 * comes again when looking at one of its secrets failed and may succeed later without anybody's help: until
 * then the queue gives out no other message.
 */
export async function settleBatch(
  event: QueueEvent,
  ports: SettlementPorts & { readonly log: Log },
  signal: AbortSignal,
): Promise<BatchResult> {
  const reasons = new Map<string, string[]>();
  for (const { messageId, body } of event.Records ?? [])
    for (const secret of hintsOf(parsed(body), ports.manifest))
      reasons.set(secret, [...(reasons.get(secret) ?? []), messageId]);
  const failed = new Set<string>();
  const endsAt = ports.now().getTime() + patience;
  let open = [...reasons.keys()].map((secret) => new Look(secret, ports));
  for (let round = 0; open.length > 0; round += 1) {
    const soon: Look[] = [];
    for (const look of open) {
      const outcome = await look.again(signal);
      if (outcome === "soon") soon.push(look);
      if (outcome === "failed") for (const id of reasons.get(look.secret) ?? []) failed.add(id);
    }
    const delay = delays[Math.min(round, delays.length - 1)] ?? 0;
    if (soon.length === 0 || ports.now().getTime() + delay > endsAt) break;
    if (!(await slept(delay, ports, signal))) break;
    open = soon;
  }
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** `false` when there is no time left. */
async function slept(ms: number, { sleep }: SettlementPorts, signal: AbortSignal) {
  return sleep(ms, signal).then(
    () => true,
    () => false,
  );
}

/** In milliseconds, of the time that is kept back from the deadline. */
const lookTime = 1000;

/** One secret of a batch. */
class Look {
  readonly secret: string;
  readonly #ports: SettlementPorts & { readonly log: Log };
  readonly #startedAt: number;
  #said = "";

  constructor(secret: string, ports: SettlementPorts & { readonly log: Log }) {
    this.secret = secret;
    this.#ports = ports;
    this.#startedAt = ports.now().getTime();
  }

  /** Logs what is new. */
  async again(signal: AbortSignal): Promise<"done" | "soon" | "failed"> {
    const { log, now } = this.#ports;
    const common = { secret: this.secret, step: "settle", token: "RETIRING" };
    const ms = () => now().getTime() - this.#startedAt;
    try {
      const { outcome, why = "", soon } = await settle(this.secret, this.#ports, signal);
      const message = `${outcome} ${why}`.trim();
      if (message !== this.#said) log.step({ ...common, outcome: "done", ms: ms(), message });
      this.#said = message;
      return soon ? "soon" : "done";
    } catch (thrown) {
      const error = asRotationError(thrown);
      // It waits for what was to be waited for; that the time for another look ran out is nobody's failure.
      if (this.#said && error instanceof DeadlineReached) return "done";
      const { code, message } = error;
      log.step({ ...common, outcome: "failed", ms: ms(), code, message });
      if (!(error instanceof InvokedFailed && error.isTold))
        await tell(error, this.secret, this.#ports);
      return error.retryable ? "failed" : "done";
    }
  }
}

/** A secret that cannot even be described keeps no mark that on-call was told: then the log has to do. */
async function tell(
  error: RotationError,
  secretId: string,
  { store, report }: SettlementPorts,
): Promise<void> {
  const secret = await store
    .describe(secretId, AbortSignal.timeout(lookTime))
    .catch(() => undefined);
  if (secret) await report(error, secret, holderOf(secret, retiringLabel) ?? "");
}

/** A body that is no JSON is a hint all the same: look at everything. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
