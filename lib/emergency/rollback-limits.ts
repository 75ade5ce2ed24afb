import { isSupplied } from "../manifest/manifest.ts";
import { isLeaked, labelsOn, preparedLabel } from "../secret/labels.ts";
import { leakOf } from "../secret/leak.ts";
import type { SecretState } from "../secret/store.ts";
import type { Working } from "./ports.ts";
import { commandFor, RollbackImpossible } from "./rollback-errors.ts";
import type { Wish } from "./step.ts";

/** By what the manifest says of it. */
export function unfit({ entry }: Wish, { name }: SecretState): RollbackImpossible | undefined {
  const switched = entry.credentials.find(({ traits }) => traits.switches);
  if (!switched) return undefined;
  const { label, type, strategy } = switched;
  const why = `its ${label ?? type} credential is replaced by ${strategy}, which ends the old one at the moment of promotion`;
  return new RollbackImpossible(name, why, `Replace it once more: ${commandFor("rotate", name)}`);
}

/** @param version that would come back */
export function leaked(
  version: string,
  current: string,
  secret: SecretState,
): RollbackImpossible | undefined {
  const isLast = labelsOn(secret, current).includes(preparedLabel);
  const by = leakOf(version, secret) ?? (isLeaked(current) && isLast ? current : undefined);
  if (by === undefined) return undefined;
  const why = `version ${version} leaked: version ${by} was made to replace it`;
  const remedy = `Do not bring it back. If the new one is wrong, too, replace it: ${commandFor("rotate", secret.name)}`;
  return new RollbackImpossible(secret.name, why, remedy);
}

export function dead(
  version: string,
  working: Working,
  { entry }: Wish,
  { name }: SecretState,
): RollbackImpossible | undefined {
  if (working === "works" || working === "same") return undefined;
  const why =
    working === "elsewhere"
      ? `version ${version} has no value, or leads to another server or user`
      : `the credential of version ${version} is refused (${working.refused}): it was retired`;
  const remedy = isSupplied(entry)
    ? `If AWSCURRENT is wrong, make a new key and hand it over: npm run supply -- ${name}`
    : `If AWSCURRENT is wrong, repair it: ${commandFor("repair", name)}; or replace it: ${commandFor("rotate", name)}`;
  return new RollbackImpossible(name, why, remedy);
}

export const underWay = ({ name }: SecretState, pending: string) =>
  new RollbackImpossible(
    name,
    `a rotation to version ${pending} is under way, or was given up, and has not replaced AWSCURRENT`,
    `Wait until it is over. If it does not end, repair it: ${commandFor("repair", name)}`,
  );
