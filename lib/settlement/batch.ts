import { asRotationError, InvokedFailed, type RotationError } from "../errors.ts";
import { holderOf, retiringLabel } from "../rotation/decide.ts";
import type { StepLog } from "../rotation/step-log.ts";
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

/**
 * Looks at every secret that a batch of messages is a reason to look at, each once, however many messages
 * say so. A message comes again when looking at one of its secrets failed and may succeed later without
 * anybody's help: until then the queue gives out no other message.
 */
export async function settleBatch(
  event: QueueEvent,
  ports: SettlementPorts & { readonly log: StepLog },
  signal: AbortSignal,
): Promise<BatchResult> {
  const reasons = new Map<string, string[]>();
  for (const { messageId, body } of event.Records ?? [])
    for (const secret of hintsOf(parsed(body), ports.manifest))
      reasons.set(secret, [...(reasons.get(secret) ?? []), messageId]);
  const failed = new Set<string>();
  for (const [secret, messages] of reasons)
    if (!(await attempt(secret, ports, signal))) for (const id of messages) failed.add(id);
  return { batchItemFailures: [...failed].map((itemIdentifier) => ({ itemIdentifier })) };
}

/** In milliseconds, of the time that is kept back from the deadline. */
const lookTime = 1000;

async function attempt(
  secret: string,
  ports: SettlementPorts & { readonly log: StepLog },
  signal: AbortSignal,
): Promise<boolean> {
  const { log, now } = ports;
  const startedAt = now().getTime();
  const common = { secret, step: "settle", token: "RETIRING" };
  const ms = () => now().getTime() - startedAt;
  try {
    const { outcome, why = "" } = await settle(secret, ports, signal);
    log.step({ ...common, outcome: "done", ms: ms(), message: `${outcome} ${why}`.trim() });
    return true;
  } catch (thrown) {
    const error = asRotationError(thrown);
    const { code, message } = error;
    log.step({ ...common, outcome: "failed", ms: ms(), code, message });
    if (!(error instanceof InvokedFailed && error.isTold)) await tell(error, secret, ports);
    return !error.retryable;
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
