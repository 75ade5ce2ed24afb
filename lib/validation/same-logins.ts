import { address } from "../credentials/credential.ts";
import type { CredentialFacts, SecretFacts } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";

/**
 * Logins that stand in more than one place: the rotation of the one would leave the other with a password that
 * is dead. Pure.
 */
export function sameLogins(secrets: readonly SecretFacts[]): readonly Finding[] {
  const places = new Map<string, { login: string; where: string[]; rotates: string[] }>();
  const note = (login: string, where: string, rotated?: string) => {
    const key = login.toLowerCase();
    const place = places.get(key) ?? { login, where: [], rotates: [] };
    places.set(key, place);
    if (!place.where.includes(where)) place.where.push(where);
    if (rotated) place.rotates.push(rotated);
  };
  for (const { name, credentials } of secrets)
    for (const [index, credential] of credentials.entries()) {
      const own = credentials.length > 1 ? `${name} (credential ${index + 1})` : name;
      for (const login of loginsOf(credential)) note(login, own, name);
      const { admin } = credential;
      const who = admin && "known" in admin.who ? admin.who.known : undefined;
      if (admin && who) note(`${who.username} on ${address(who)}`, admin.secret);
    }
  return [...places.values()]
    .filter(({ where, rotates }) => where.length > 1 && rotates.length > 0)
    .map(({ login, where, rotates: [secret] }) =>
      finding({
        severity: "error",
        code: "SAME_LOGIN",
        secret,
        what: `User ${login} stands in ${where.join(" and in ")}: the rotation of the one leaves the other with a dead password.`,
        remedy: "Give each its own user, or have all consumers read one secret.",
      }),
    );
}

/** With alternating users both of the pair. */
function loginsOf({ target }: CredentialFacts): readonly string[] {
  if ("unknown" in target) return [];
  return target.known.usernames.map((username) => `${username} on ${address(target.known)}`);
}
