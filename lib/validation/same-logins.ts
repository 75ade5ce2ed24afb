import { address } from "../rotators/login/login.ts";
import type { Asked } from "./ask.ts";
import type { CredentialFacts, SecretFacts } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";

/** A user of a server, and where its login stands. */
interface Place {
  readonly login: string;
  readonly secrets: string[];
  /** The first of them that rotates it. */
  rotated?: string;
}

/**
 * Logins that stand in more than one place: the rotation of the one would leave the other with a password that
 * is dead. Pure.
 */
export function sameLogins(secrets: readonly SecretFacts[]): readonly Finding[] {
  const several = placesOf(secrets).filter(({ secrets: { length } }) => length > 1);
  const bySecrets = Map.groupBy(several, (place) => place.secrets.join(" and in "));
  return [...bySecrets].flatMap(([where, places]) => {
    const secret = places.find(({ rotated }) => rotated)?.rotated;
    if (secret === undefined) return [];
    const logins = places.map(({ login }) => login).join(" and ");
    const stand = places.length > 1 ? `Users ${logins} stand` : `User ${logins} stands`;
    return finding({
      severity: "error",
      code: "SAME_LOGIN",
      secret,
      what: `${stand} in ${where}: the rotation of the one leaves the other with a dead password.`,
      remedy: "Give each its own user, or have all consumers read one secret.",
    });
  });
}

function placesOf(secrets: readonly SecretFacts[]): readonly Place[] {
  const places = new Map<string, Place>();
  const note = (login: string, secret: string, rotated?: string) => {
    const place = places.get(login.toLowerCase()) ?? { login, secrets: [] };
    places.set(login.toLowerCase(), place);
    if (!place.secrets.includes(secret)) place.secrets.push(secret);
    if (rotated) place.rotated ??= rotated;
  };
  for (const { name, state, credentials } of secrets)
    for (const [index, credential] of credentials.entries()) {
      const own = named(state, name);
      const nth = credentials.length > 1 ? ` (credential ${index + 1})` : "";
      for (const login of loginsOf(credential)) note(login, own + nth, name);
      const { admin } = credential;
      const who = admin && "known" in admin.who ? admin.who.known : undefined;
      if (admin && who)
        note(`${who.username} on ${address(who)}`, named(admin.state, admin.secret));
    }
  return [...places.values()];
}

/** The manifest may say an ARN here and the name there. */
const named = (state: Asked<{ readonly name: string } | undefined>, said: string) =>
  "known" in state ? (state.known?.name ?? said) : said;

/** With alternating users both of the pair. */
function loginsOf({ target }: CredentialFacts): readonly string[] {
  if ("unknown" in target) return [];
  return target.known.usernames.map((username) => `${username} on ${address(target.known)}`);
}
