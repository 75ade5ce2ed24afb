import { accepts } from "./engine.ts";
import { CredentialsRefused } from "./errors.ts";
import { address, type Login } from "./login.ts";
import type { Pair } from "./pair.ts";
import { OtherPasswordInUse, OtherUserInUse } from "./pair-errors.ts";
import { pairsOf } from "./pair-of.ts";
import type { Rehearsal, Replacement } from "./strategy.ts";

/**
 * Whether AWSCURRENT is accepted. After the owner's retirement nothing inside the server can log in as it.
 * @throws NotCarried
 */
export async function requireReplaceable(
  { engine, current, signal }: Rehearsal,
  pair: Pair,
): Promise<boolean> {
  const session = await engine.login(current, signal);
  if (session === "refused") return false;
  await using _ = session;
  if (current.username === pair.owner) await pairsOf(session).requireNothingInside(pair, signal);
  return true;
}

/**
 * AWSCURRENT is refused, and the administrator could repair that. Whoever may write the secret could then put
 * any user's name into it and be given that user's rights; so a version has to log in, or the manifest itself
 * has to name the user.
 * @throws CredentialsRefused
 */
export async function requirePossession(replacement: Replacement): Promise<void> {
  replacement.outage();
  const { engine, spec, current, signal } = replacement;
  if (spec.users) return;
  if (await accepts(engine, await replacement.pending(), signal)) return;
  let earlier = 0;
  for await (const login of replacement.earlier()) {
    if (await accepts(engine, login, signal)) return;
    earlier += 1;
  }
  const tried = ["AWSCURRENT", "AWSPENDING", `${earlier} earlier versions`];
  throw new CredentialsRefused(address(current), current.username, tried);
}

/**
 * AWSCURRENT was moved by hand, and settlement has not looked since: consumers may hold what it has left.
 * @throws OtherUserInUse
 */
export async function requireUnheld(
  { engine, held, signal }: Replacement,
  next: Login,
  isRefused: boolean,
): Promise<void> {
  for await (const login of held(isRefused))
    if (login.username === next.username && (await accepts(engine, login, signal)))
      throw new OtherUserInUse(address(login), login.username, "held");
}

/**
 * The same of a user with two passwords: a new one would push out what consumers may hold.
 * @param spared the logins that keep their passwords
 * @throws OtherPasswordInUse
 */
export async function requireNoneHeld(
  { engine, held, signal }: Replacement,
  spared: readonly Login[],
  isRefused: boolean,
): Promise<void> {
  for await (const login of held(isRefused)) {
    const isSpared = spared.some(({ password }) => password.equals(login.password));
    if (!isSpared && (await accepts(engine, login, signal)))
      throw new OtherPasswordInUse(address(login), login.username);
  }
}
