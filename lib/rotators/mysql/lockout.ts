import type { Notice } from "../login/notice.ts";
import type { Conversation } from "./conversation.ts";
import { AccountLocks } from "./errors.ts";

/** Fewer than this, in a row, are soon made by a consumer that was not restarted. */
const few = 10;

/**
 * What FAILED_LOGIN_ATTEMPTS of the user's own account means: one login is refused when the old password is proven dead.
 * @throws AccountLocks
 */
export async function lockout(
  own: Conversation,
  action: string,
  signal: AbortSignal,
): Promise<readonly Notice[]> {
  const [[statement] = []] = await own.run("SHOW CREATE USER CURRENT_USER()", action, signal);
  // What is quoted may hold anything.
  const options = (statement ?? "").replaceAll(/'(?:[^']|'')*'|`(?:[^`]|``)*`/g, "?");
  const found = /FAILED_LOGIN_ATTEMPTS (\d+) PASSWORD_LOCK_TIME (\w+)/.exec(options);
  const attempts = Number(found?.[1] ?? 0);
  if (attempts === 0 || found?.[2] === "0") return [];
  const { username } = own.login;
  if (attempts === 1) throw new AccountLocks(own.address, username);
  if (attempts >= few) return [];
  return [
    {
      code: "ACCOUNT_MAY_LOCK",
      what: `User ${username} is locked after ${attempts} failed logins in a row (FAILED_LOGIN_ATTEMPTS). The proof that an old password is refused is one, and so is each attempt of a consumer that still has it.`,
      remedy: "Let the account allow more of them.",
    },
  ];
}
