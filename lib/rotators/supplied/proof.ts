import type { Documents } from "../../rotation/documents.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { holderOf, isSuppliedVersion, retiringVersions } from "../../secret/labels.ts";
import { abandonedVersion } from "../../secret/left.ts";
import { sightingOf } from "../../secret/sighting.ts";
import type { SecretState } from "../../secret/store.ts";
import { suppliedOf } from "../../secret/supplied-tag.ts";
import { ProviderBusy, ProviderUnavailable } from "../key/errors.ts";
import type { Access, KeyParts, Provider } from "../key/provider.ts";
import { accepts, becomesAlive } from "../key/steady.ts";
import { SupplyRefused } from "./errors.ts";
import { anyShape, hasShape, partsIn, type SuppliedSpec } from "./value.ts";

/** The key, and each of its parts, is there and looks as the manifest says. @throws SupplyRefused */
export function requireShape(key: KeyParts, spec: SuppliedSpec): void {
  for (const part of Object.keys(spec.fields)) {
    const value = key.get(part);
    if (!value || value.reveal() === "")
      throw new SupplyRefused(
        `${part === "secret" ? "The key" : `The part ${part} of the key`} is empty; nothing was changed.`,
        "Paste it at the prompt, or pass it on standard input.",
      );
    const isWell = part === "secret" ? hasShape(value, spec) : /^\S+$/.test(value.reveal());
    if (!isWell) throw wrongShape(part, spec);
  }
}

function wrongShape(part: string, { prefix, shape }: SuppliedSpec): SupplyRefused {
  if (part !== "secret")
    return new SupplyRefused(
      `The part ${part} of the key has white space in it; nothing was changed.`,
      "Paste it alone.",
    );
  const begins = prefix === "" ? "" : `begins with ${prefix}, and then `;
  const matches = shape === anyShape ? "has no white space" : `matches ${shape}`;
  return new SupplyRefused(
    "The key does not look as rotation.yml says; nothing was changed.",
    `Paste the whole key and nothing else: one that ${begins}${matches}. Or correct prefix and shape in rotation.yml.`,
  );
}

/**
 * Neither AWSCURRENT nor any earlier version holds it. One that was staged, given up and never AWSCURRENT does not count.
 * @throws SupplyRefused
 */
export async function requireNew(
  key: KeyParts,
  spec: SuppliedSpec,
  secret: SecretState,
  documents: Documents,
  now: Date,
): Promise<void> {
  const isHeld = (document: SecretDocument) => isSameKey(key, partsIn(document, spec));
  const current = await documents.read(holderOf(secret, "AWSCURRENT") ?? "", "AWSCURRENT");
  if (current && isHeld(current)) throw notNew("AWSCURRENT holds this very key already");
  const abandoned = abandonedVersion(secret, sightingOf(secret.tags, now));
  const unused = abandoned && (await documents.read(abandoned, `version ${abandoned}`));
  for await (const document of documents.earlier())
    if (document !== unused && isHeld(document))
      throw notNew(`${document.where} held this key before`);
}

const notNew = (why: string) =>
  new SupplyRefused(
    `${why}; nothing was changed.`,
    "Make a new key in the provider's console, and hand over that one.",
  );

export const isSameKey = (key: KeyParts, held: KeyParts) => {
  const [one, other] = [key.get("secret"), held.get("secret")];
  return one !== undefined && other !== undefined && one.equals(other);
};

/**
 * It works, and belongs to the account of the key that it replaces.
 * @throws SupplyRefused, ProviderUnavailable, ProviderBusy
 */
export async function requireUsable(
  provider: Provider,
  key: KeyParts,
  name: string,
  at: Access,
): Promise<void> {
  await requireAlive(provider, key, at);
  if (!provider.facts || !at.current.has("secret")) return;
  if (!(await accepts(provider, at.current, at)))
    return at.warn(
      `AWSCURRENT is refused: nobody can tell whether ${name} belongs to the same account`,
    );
  const [is, was] = [await provider.facts(key, at), await provider.facts(at.current, at)];
  if (is.account !== was.account)
    throw new SupplyRefused(
      `The account of the new key at ${provider.name} (${is.account ?? "none"}) is not that of AWSCURRENT's (${was.account ?? "none"}); nothing was changed.`,
      "Make one in the account of AWSCURRENT's.",
    );
  if (is.rights !== was.rights)
    at.warn(
      `${name}: the rights of the new key (${is.rights ?? "none"}) are not those of AWSCURRENT's (${was.rights ?? "none"})`,
    );
}

async function requireAlive(provider: Provider, key: KeyParts, at: Access): Promise<void> {
  const last = await becomesAlive(provider, key, at);
  if (last === "alive") return;
  if (last.is === "unknown") throw new ProviderUnavailable(provider.name, last.why);
  if (last.is === "wait") throw new ProviderBusy(provider.name, Math.ceil(last.ms / 1000));
  throw new SupplyRefused(
    `${provider.name} does not accept the key; nothing was changed.`,
    "Paste the whole key and nothing else, and see in the console whether it is active.",
  );
}

/**
 * Whether AWSCURRENT is what a person supplied, and the run that did may not have come to its end, or not have heard of it:
 * the secret is not settled yet, or its tag names another version. Pure.
 */
export function mayBePromoted(secret: SecretState, { supply }: SuppliedSpec, now: Date): boolean {
  const current = holderOf(secret, "AWSCURRENT") ?? "";
  if (!isSuppliedVersion(current)) return false;
  const isOpen = retiringVersions(secret).length > 0;
  return isOpen || suppliedOf(secret.tags, supply.field, now)?.version !== current;
}

/** Whether that was this very key. */
export async function isPromoted(
  key: KeyParts,
  spec: SuppliedSpec,
  secret: SecretState,
  documents: Documents,
  now: Date,
): Promise<boolean> {
  if (!mayBePromoted(secret, spec, now)) return false;
  const current = holderOf(secret, "AWSCURRENT") ?? "";
  const document = await documents.read(current, "AWSCURRENT");
  return document !== undefined && isSameKey(key, partsIn(document, spec));
}
