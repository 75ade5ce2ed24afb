import { failureAlert } from "../alerts/alert.ts";
import { memoryOf } from "../alerts/memory.ts";
import type { AlertTopic } from "../alerts/topic.ts";
import type { Context } from "../context/context.ts";
import { reportTime } from "../context/deadline.ts";
import type { Log } from "../context/log.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";

/** Where alerts come from: for the reader, who looks for the log. */
export interface Origin {
  /** The stage, e.g. `production`. */
  readonly environment: string;
  readonly region: string;
  /** The function's log group. */
  readonly logGroup: string;
  readonly requestId: string;
}

export interface ReportPorts {
  readonly store: Pick<SecretStore, "tag">;
  readonly alerts: AlertTopic;
  readonly log: Log;
  now(): Date;
}

/** In milliseconds: how much of the time for the report a look at the secret may take. */
const lookTime = 1000;

/** The secret as a report needs it; `undefined` when it cannot be read in time: the report goes on without. */
export async function lookUp(
  store: Pick<SecretStore, "describe">,
  secretId: string,
): Promise<SecretState | undefined> {
  return store.describe(secretId, AbortSignal.timeout(lookTime)).catch(() => undefined);
}

/**
 * Makes the `report` of an invocation's context. What cannot be remembered is reported again rather than lost;
 * whatever fails in here is logged and hides nothing.
 */
export function reporter(origin: Origin, ports: ReportPorts): Context["report"] {
  const { store, alerts, log, now } = ports;
  return async (error, task, secret) => {
    const at = now();
    const memory = task && memoryOf(error, task, at);
    if (memory && secret?.tags.get(memory.key) === memory.value) return "told";
    const signal = AbortSignal.timeout(reportTime - lookTime);
    const failed = (thrown: unknown): RotationError => {
      const failure = asRotationError(thrown);
      log.alertFailed(task?.secret ?? "unknown", failure.code, failure.message);
      return failure;
    };
    try {
      await alerts.publish(failureAlert(error, { ...(task && { task }), ...origin, at }), signal);
    } catch (thrown) {
      return failed(thrown);
    }
    if (secret && memory)
      await store.tag(secret.arn, memory.key, memory.value, signal).catch(failed);
    return "told";
  };
}
