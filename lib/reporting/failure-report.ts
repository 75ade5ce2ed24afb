import { failureAlert, type Occasion } from "../alerts/alert.ts";
import type { AlertTopic } from "../alerts/topic.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { reportTime } from "../rotation/deadline.ts";
import type { StepLog } from "../rotation/step-log.ts";
import type { SecretState, SecretStore } from "../rotation/store.ts";

/** On the secret: the last failure that on-call has been told of. */
export const alertTag = "quarterturn:alert";

/**
 * Tells on-call, once for a failure: Secrets Manager repeats a rotation that failed, and what fails again in
 * the same way under the same token is no news. What cannot be remembered is told again, never dropped; and
 * whatever fails in here is logged and hides nothing.
 */
export async function reportFailure(
  error: RotationError,
  occasion: Occasion,
  ports: { readonly store: SecretStore; readonly alerts: AlertTopic; readonly log: StepLog },
): Promise<void> {
  const { store, alerts, log } = ports;
  const signal = AbortSignal.timeout(reportTime);
  const secret = await describe(store, occasion.secret, signal);
  const name = secret?.name ?? occasion.secret;
  const failure = `${occasion.token}/${occasion.step}/${error.code}`;
  if (secret?.tags.get(alertTag) === failure) return;
  try {
    await alerts.publish(failureAlert(error, { ...occasion, secret: name }), signal);
    if (secret) await store.tag(secret.arn, alertTag, failure, signal);
  } catch (thrown) {
    const { code, message } = asRotationError(thrown);
    log.alertFailed(name, code, message);
  }
}

async function describe(
  store: SecretStore,
  secretId: string,
  signal: AbortSignal,
): Promise<SecretState | undefined> {
  return store.describe(secretId, signal).catch(() => undefined);
}
