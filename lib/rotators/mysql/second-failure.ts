import type { RotationError } from "../../errors.ts";
import type { ServerAnswer } from "../mysql-protocol/answers.ts";
import { answers } from "./answers.ts";
import type { Conversation } from "./conversation.ts";
import { secondDenied, tooOld } from "./errors.ts";

/** Of a statement about an account's second password. */
export async function failure(
  conversation: Conversation,
  answer: ServerAnswer,
  action: string,
  signal: AbortSignal,
  isOwn = true,
): Promise<RotationError> {
  const { address, login } = conversation;
  if (answer.number === answers.denied) return secondDenied(address, login.username, action, isOwn);
  if (answer.number !== answers.syntax) return conversation.failure(answer, action);
  const [[version] = []] = await conversation.run("SELECT VERSION()", action, signal);
  return tooOld(address, version ?? "");
}
