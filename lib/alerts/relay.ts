import type { Context } from "../context/context.ts";
import { pageOfAlarm } from "./alarm-page.ts";
import { alertDetailType, type EventBus, eventSource, relayFunction } from "./bus.ts";
import { type Page, pageOfAlert } from "./page.ts";

export interface RelayPorts {
  readonly bus: EventBus;
  /** Of this function; the alarms on it, which begin with this name, are not for it. */
  readonly functionName: string;
  readonly environment: string;
}

/**
 * Publishes what the alert topic sends on the event bus: alerts, and alarms of CloudWatch. Whatever fails is thrown, so
 * that Lambda tries again; it alerts nobody, because the alert would come back to it.
 * @param event of SNS
 * @throws AwsCallFailed, DeadlineReached
 */
export async function relay(
  event: unknown,
  ports: RelayPorts,
  { log, signal, now }: Pick<Context, "log" | "signal" | "now">,
): Promise<void> {
  const startedAt = now().getTime();
  for (const text of messagesIn(event)) {
    const page = pageIn(text, ports);
    if (!page) {
      log.warn(
        "none",
        "skipped a message from the topic: not an alert, or an alarm on this function itself",
      );
      continue;
    }
    await ports.bus.put(alertDetailType, page, signal);
    const { secret, event_action, dedup_key } = page;
    const ms = now().getTime() - startedAt;
    const message = `${event_action} ${dedup_key}`;
    log.step({ secret, step: relayFunction, token: "none", outcome: "done", ms, message });
  }
}

function pageIn(text: string, { functionName, environment }: RelayPorts): Page | undefined {
  const message = parsed(text);
  if (message["source"] === eventSource) return pageOfAlert(message);
  const { AlarmName: alarm } = message;
  const isOther = typeof alarm === "string" && !alarm.startsWith(`${functionName}-`);
  return isOther ? pageOfAlarm(message, environment) : undefined;
}

/** Lambda developer guide, "Using AWS Lambda with Amazon SNS". */
function messagesIn(event: unknown): readonly string[] {
  const { Records: records }: { Records?: unknown } = { ...Object(event) };
  const all: readonly unknown[] = Array.isArray(records) ? records : [undefined];
  return all.map((record) => String(Object(Object(record).Sns).Message ?? ""));
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return { ...Object(JSON.parse(text)) };
  } catch {
    return {};
  }
}
