import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import type { EmergencyPorts } from "./ports.ts";

/**
 * Has settlement look at everything instead of what it did not get to, and deletes those messages: each was only a reason to
 * look. Does not throw, because no secret depends on it.
 */
export async function settleDeadLetters(
  { deadLetters, settle }: Pick<EmergencyPorts, "deadLetters" | "settle">,
  { log, signal }: Context,
): Promise<void> {
  try {
    const count = await deadLetters.count(signal);
    if (count === 0) return;
    await settle.start({ Records: [{ messageId: "everything", body: "{}" }] }, signal);
    await deadLetters.empty(signal);
    log.warn("all", textOf(count));
  } catch (thrown) {
    log.warn("all", `the dead letters stay: ${asRotationError(thrown).message}`);
  }
}

/** What a repair does about them, for whoever has to say yes. Does not throw. */
export async function deadLetterNotes(
  { deadLetters }: Pick<EmergencyPorts, "deadLetters">,
  { log, signal }: Context,
): Promise<readonly string[]> {
  try {
    const count = await deadLetters.count(signal);
    return count > 0 ? [textOf(count)] : [];
  } catch (thrown) {
    log.warn("all", `the dead letters cannot be counted: ${asRotationError(thrown).message}`);
    return [];
  }
}

/** @param count more than none */
const textOf = (count: number) =>
  `Settlement gave up on ${count === 1 ? "a message" : `${count} messages`}: it checks all secrets, and the dead letters are deleted.`;
