import { isSupplied } from "../manifest/manifest.ts";
import type { Probed } from "../watch/prober.ts";
import { refuse, stayOrRefuse, unsettledVersion } from "./limits.ts";
import { LockedOut, NeedsEndSessions } from "./repair-errors.ts";
import { freshToken, type Look, mayReturn, noting, saying } from "./repair-look.ts";
import type { Step } from "./step.ts";

/** AWSCURRENT is refused. It moves to a version that works; where none does, a rotation sets a new password. */
export function ofCurrent(look: Look): Step | undefined {
  const { current } = look.facts;
  if (current === undefined) return { kind: "ask", question: "current" };
  if (current.current === "refused") return refused(current, look);
  return current.error && stayOrRefuse(current.error);
}

function refused({ credential = "its credential", accepted }: Probed, look: Look): Step {
  const { current, facts } = look;
  const found = `AWSCURRENT is on version ${current}, and the server refuses it: ${credential}.`;
  if (accepted === undefined || !mayReturn(accepted, look)) return locked(found, credential, look);
  const working = facts.versions.get(accepted);
  if (working === undefined) return { kind: "ask", question: { version: accepted } };
  if (working !== "works") return locked(found, credential, look);
  return saying(
    { kind: "move", from: current, to: accepted },
    `${found} Version ${accepted} works.`,
    `AWSCURRENT goes to version ${accepted}, and consumers that started meanwhile are redeployed.`,
  );
}

function locked(found: string, credential: string, look: Look): Step {
  const { secret, wish } = look;
  const { name } = secret;
  if (isSupplied(wish.entry)) {
    const remedy = `Make a new key in its provider's console, and hand it over: npm run supply -- ${name}`;
    return refuse(new LockedOut(name, credential, remedy));
  }
  const isUnsettled = unsettledVersion(secret) !== undefined;
  const wanted = `${found} No other version of it both works and may be restored.`;
  if (isUnsettled && !wish.endSessions) {
    const why = `AWSCURRENT is refused (${credential}), and the last rotation is not settled: sessions that are still open may belong to its consumers`;
    return refuse(new NeedsEndSessions(name, why));
  }
  const will = isUnsettled
    ? "A rotation sets new passwords through the administrator and ends open sessions; the consumers are redeployed."
    : "A rotation sets a new password, through the administrator or what the secret held before; the consumers are redeployed.";
  return saying(noting(freshToken(look, isUnsettled), look), wanted, will);
}
