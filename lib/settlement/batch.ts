import { asRotationError } from "../errors.ts";
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
 * say so. A message comes again when one of its secrets could not be looked at.
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
    const { code, message } = asRotationError(thrown);
    log.step({ ...common, outcome: "failed", ms: ms(), code, message });
    return false;
  }
}

/** A body that is no JSON is a hint all the same: look at everything. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
