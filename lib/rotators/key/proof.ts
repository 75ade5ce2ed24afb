import type { StepContext } from "../../rotation/credential.ts";
import { rotateLeaked } from "../../secret/leak.ts";
import { KeyDiffers, KeyNotAlive, KeyRefused, supplyKey } from "./errors.ts";
import type { Keys } from "./leftovers.ts";
import type { Access, KeyParts, Provider } from "./provider.ts";
import { accepts, becomesAlive } from "./steady.ts";

/** @param name of the key, for messages @throws KeyNotAlive */
export async function requireAlive(
  provider: Provider,
  key: KeyParts,
  name: string,
  at: Access,
): Promise<void> {
  const last = await becomesAlive(provider, key, at);
  if (last === "alive") return;
  const said = last.is === "unknown" ? last.why : last.is;
  throw new KeyNotAlive(provider.name, name, provider.traits.alive.within / 1000, said);
}

/** An old key that may be all that works is not ended. @throws KeyRefused */
export async function requireCurrent(
  { provider, spec }: Pick<Keys, "provider" | "spec">,
  old: KeyParts,
  at: Access,
  { secret: { name }, token }: Pick<StepContext, "secret" | "token">,
): Promise<void> {
  if (await accepts(provider, at.current, at)) return;
  const isMade = spec.supply === undefined;
  const otherwise = (await accepts(provider, old, at))
    ? `or have consumers use it again: ${backTo(token, name)}`
    : `or replace both. ${isMade ? rotateLeaked(name) : supplyKey(name)}`;
  const remedy = `The old key was not ended. Enable the one of AWSCURRENT again at the provider, ${otherwise}`;
  throw new KeyRefused(provider.name, "the key", remedy);
}

const backTo = (version: string, secret: string) =>
  `aws secretsmanager update-secret-version-stage --secret-id ${secret} --version-stage AWSCURRENT --move-to-version-id ${version} --remove-from-version-id $(aws secretsmanager get-secret-value --secret-id ${secret} --query VersionId --output text)`;

/** The new key belongs to the account of the old one and may do the same, as far as the provider tells. @throws KeyDiffers */
export async function requireEqual(
  provider: Provider,
  next: KeyParts,
  name: string,
  at: Access,
): Promise<void> {
  if (!provider.facts) return;
  const [is, was] = [await provider.facts(next, at), await provider.facts(at.current, at)];
  for (const what of ["account", "rights"] as const) {
    const [before, after] = [was[what], is[what]];
    // A limit that only one of them has is a difference, too.
    if (before !== after) throw new KeyDiffers(name, what, before ?? "none", after ?? "none");
  }
}
