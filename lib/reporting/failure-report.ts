import { failureAlert, type Occasion, reasonOf } from "../alerts/alert.ts";
import type { AlertTopic } from "../alerts/topic.ts";
import { reportTime } from "../context/deadline.ts";
import type { Log } from "../context/log.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";

/** On the secret: the last failure that on-call has been told of, as `token/step/code/…`. */
export const alertTag = "quarterturn:alert";

/** In milliseconds: of the time for the report, how much may go into a look at the secret. */
const lookTime = 1000;

/** The secret as a report needs it; `undefined` when it cannot be read in time: the report goes on. */
export async function lookUp(
  store: SecretStore,
  secretId: string,
): Promise<SecretState | undefined> {
  return store.describe(secretId, AbortSignal.timeout(lookTime)).catch(() => undefined);
}

/**
 * Tells on-call, once for a failure: Secrets Manager repeats a rotation that failed, and what fails again in
 * the same way under the same token is no news. What cannot be remembered is told again, never dropped; and
 * whatever fails in here is logged and hides nothing.
 * @param secret as `lookUp` found it
 */
export async function reportFailure(
  error: RotationError,
  occasion: Occasion,
  secret: SecretState | undefined,
  ports: {
    readonly store: Pick<SecretStore, "tag">;
    readonly alerts: AlertTopic;
    readonly log: Log;
  },
): Promise<void> {
  const { store, alerts, log } = ports;
  const { task } = occasion;
  const failure = `${task?.token}/${task?.step}/${reasonOf(error)}`;
  if (secret?.tags.get(alertTag) === failure) return;
  const signal = AbortSignal.timeout(reportTime - lookTime);
  try {
    await alerts.publish(failureAlert(error, occasion), signal);
    if (secret) await store.tag(secret.arn, alertTag, failure, signal);
  } catch (thrown) {
    const { code, message } = asRotationError(thrown);
    log.alertFailed(task?.secret ?? "unknown", code, message);
  }
}
