import type { Asked } from "./ask.ts";
import type { SecretFacts } from "./facts.ts";
import { type Finding, finding } from "./finding.ts";

/** Something outside the secrets, e.g. a user of a server, and the secrets that hold it. */
interface Holders {
  readonly name: string;
  readonly secrets: string[];
  /** The first of them that rotates it. */
  rotated?: string;
}

/** Credentials that are in more than one place: rotating the one would leave a dead value in the other. Pure. */
export function sameLogins(secrets: readonly SecretFacts[]): readonly Finding[] {
  const several = holdersOf(secrets).filter(({ secrets: { length } }) => length > 1);
  const bySecrets = Map.groupBy(several, (holders) => holders.secrets.join(" and in "));
  return [...bySecrets].flatMap(([where, all]) => {
    const secret = all.find(({ rotated }) => rotated)?.rotated;
    if (secret === undefined) return [];
    const names = all.map(({ name }) => name).join(" and ");
    return finding({
      severity: "error",
      code: "SAME_LOGIN",
      secret,
      what: `The same credential (${names}) is in ${where}: rotating it in one place leaves a dead value in the other.`,
      remedy: "Give each its own user or key, or have all consumers read one secret.",
    });
  });
}

function holdersOf(secrets: readonly SecretFacts[]): readonly Holders[] {
  const all = new Map<string, Holders>();
  const note = (name: string, secret: string, rotated?: string) => {
    const holders = all.get(name.toLowerCase()) ?? { name, secrets: [] };
    all.set(name.toLowerCase(), holders);
    if (!holders.secrets.includes(secret)) holders.secrets.push(secret);
    if (rotated) holders.rotated ??= rotated;
  };
  for (const { name, state, credentials } of secrets)
    for (const [index, { holds }] of credentials.entries()) {
      const nth = credentials.length > 1 ? ` (credential ${index + 1})` : "";
      for (const { name: held, readFrom } of holds)
        if (readFrom === undefined) note(held, nameOf(state, name) + nth, name);
        else note(held, readFrom);
    }
  return [...all.values()];
}

/** The manifest may use an ARN in one place and the name in another. */
const nameOf = (state: Asked<{ readonly name: string } | undefined>, nameOrArn: string) =>
  "known" in state ? (state.known?.name ?? nameOrArn) : nameOrArn;
