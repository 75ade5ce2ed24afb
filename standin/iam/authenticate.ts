import type { HttpRequest } from "../http-server.ts";
import type { Refusal } from "../protocol.ts";
import { isSignedWith, type Signed, signedAt } from "../signature.ts";
import { isDenied } from "./session-denial.ts";
import { isAccepted, type KeyTiming, type UserTable } from "./user-table.ts";

/** Of the machine's time, which a signature may be away from it. In milliseconds. */
const validity = 15 * 60_000;

/**
 * Whether a request comes from whom it says. Asked are only the keys of users and their sessions: any other access key
 * id is a caller whom nobody doubts.
 * @returns `undefined` where it does
 */
export function authenticate(
  table: UserTable,
  timing: KeyTiming,
  signed: Signed,
  request: HttpRequest,
): Refusal | undefined {
  const { principal, service, region } = signed;
  if (!/^(AKIA|ASIA)[A-Z0-9]{16}$/.test(principal)) return undefined;
  const key = table.keys.get(principal);
  const session = table.sessions.get(principal);
  const isKnown = key
    ? isAccepted(key, timing)
    : session?.token === request.headers["x-amz-security-token"] &&
      Date.now() < Number(session?.expiresAt);
  if (!isKnown) return "unknownKey";
  const time = signedAt(request);
  if (!time || Math.abs(Date.now() - time.getTime()) > validity) return "expiredSignature";
  if (!isSignedWith((key ?? session)?.secret ?? "", signed, request)) return "wrongSignature";
  if (key) key.lastUse = { at: new Date(), service, region };
  if (session && service !== "sts" && isDenied(session)) return "denied";
  return undefined;
}
