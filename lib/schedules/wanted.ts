import { isSupplied, type Manifest } from "../manifest/manifest.ts";
import { SecretIndex } from "../manifest/names.ts";
import type { Place } from "../manifest/place.ts";
import { type Decision, decideNamed, decideUnnamed, type Occasion } from "./decide.ts";
import type { Schedule, ScheduledSecret } from "./port.ts";

/** ARNs of the functions that rotate, by the place of their secrets. */
export type Rotators = Readonly<Record<Place, string>>;

/** A secret of the manifest or of the account, and what is to become of its schedule. */
export interface Item {
  /** ARN, or what the manifest calls it where there is none. */
  readonly secretId: string;
  readonly name: string;
  /** Absent: it is not to be rotated by this stack. */
  readonly wanted?: Schedule | undefined;
  /** The manifest names it, and people make all that it holds. */
  readonly isSupplied?: true;
  /** As it was listed; absent: it was not. */
  readonly listed?: ScheduledSecret | undefined;
}

/**
 * Everything that has a schedule or is to have one.
 * @param isRemoval the stack is to be removed: of what it may have set within the last five minutes, ListSecrets is
 * not believed
 */
export function itemsOf(
  listed: readonly ScheduledSecret[],
  { secrets }: Manifest,
  rotators: Rotators,
  isRemoval: boolean,
): readonly Item[] {
  const index = new SecretIndex<ScheduledSecret>();
  for (const secret of listed) index.add(secret.arn, secret);
  const named = Object.entries(secrets).map(([nameOrArn, entry]): Item => {
    const { expression, duration } = entry.schedule;
    const wanted = { functionArn: rotators[entry.place], expression, duration };
    const found = index.find(nameOrArn);
    const ids = { secretId: found?.arn ?? nameOrArn, name: found?.name ?? nameOrArn };
    if (isSupplied(entry)) return { ...ids, isSupplied: true, listed: found };
    return isRemoval ? ids : { ...ids, wanted, listed: found };
  });
  const arns = new Set(named.map(({ secretId }) => secretId));
  const others = listed.filter(({ arn }) => !arns.has(arn));
  return [
    ...named,
    ...others.map((secret) => ({ secretId: secret.arn, name: secret.name, listed: secret })),
  ];
}

export function decide(
  { wanted, isSupplied }: Item,
  secret: ScheduledSecret | undefined,
  occasion: Occasion,
): Decision {
  if (wanted) return decideNamed(secret, wanted, occasion);
  // Settlement looks after it, scheduled or not.
  if (isSupplied && secret) return decideUnnamed({ ...secret, unsettled: undefined }, occasion);
  return secret ? decideUnnamed(secret, occasion) : { kind: "leave", why: "absent" };
}
