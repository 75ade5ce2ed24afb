import type { Session } from "./engine.ts";
import { address, type Login } from "./login.ts";
import { StandInIncomplete } from "./pair-errors.ts";
import { pairsOf } from "./pair-of.ts";

/**
 * That the user of a session may do all that the user of AWSCURRENT may, on servers where only the users themselves can
 * tell. If AWSCURRENT is refused there is nothing to compare with.
 * @param login of the session
 * @throws StandInIncomplete
 */
export async function requireSameRights(
  session: Session,
  login: Login,
  current: () => Promise<Session | "refused">,
  signal: AbortSignal,
): Promise<void> {
  const has = await pairsOf(session).rights?.(signal);
  if (!has) return;
  const other = await current();
  if (other === "refused") return;
  await using _ = other;
  const lacks = ((await pairsOf(other).rights?.(signal)) ?? []).filter(
    (right) => !has.includes(right),
  );
  if (lacks.length === 0) return;
  throw new StandInIncomplete(
    address(login),
    login.username,
    "the user of AWSCURRENT",
    `it lacks ${lacks.join("; ")}`,
    "Start a fresh rotation, which compares the rights of both users and gives what may be given.",
  );
}
