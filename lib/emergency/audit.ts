import { emergencyDetailType } from "../alerts/bus.ts";
import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import type { EmergencyPorts } from "./ports.ts";
import type { EmergencyRequest } from "./request.ts";
import { whatOf } from "./wording.ts";

/**
 * For whoever audits: in the log and on the bus. It has begun already, so a bus that fails does not undo it.
 * @param names of the secrets
 */
export async function recorded(
  { action, id, reason, caller }: EmergencyRequest,
  names: readonly string[],
  { bus }: Pick<EmergencyPorts, "bus">,
  { log, signal, now }: Context,
): Promise<void> {
  const message = `${caller}: ${whatOf(action, names)}: ${reason}`;
  log.step({ secret: "all", step: action, token: id, outcome: "done", ms: 0, message });
  const detail = {
    action,
    id,
    reason,
    caller,
    secrets: names.slice(0, 100),
    count: names.length,
    at: now(),
  };
  try {
    await bus.put(emergencyDetailType, detail, signal);
  } catch (thrown) {
    log.warn(
      "all",
      `the event of emergency ${id} was not published: ${asRotationError(thrown).message}`,
    );
  }
}
