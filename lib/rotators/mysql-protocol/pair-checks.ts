import type { Secret } from "../../secret/secret.ts";
import type { Pair } from "../login/pair.ts";
import { CloneForeign, NotCarried, StandInIncomplete, UsersMissing } from "../login/pair-errors.ts";
import type { Dialect } from "./dialect.ts";
import type { Account, PairState } from "./pair-state.ts";
import { quoteName } from "./quoting.ts";
import { noRights } from "./rights.ts";
import {
  type Difference,
  difference,
  givingStatements,
  lackingOnly,
  placesOf,
  takingStatements,
} from "./rights-difference.ts";

/** A pair of users on a server, as it was found. */
export interface Found {
  readonly pair: Pair;
  readonly state: PairState;
  /** Of the server. */
  readonly at: string;
  readonly dialect: Dialect;
}

/** As a person runs them. */
export const sql = (statements: readonly string[]) =>
  statements.map((each) => `${each};`).join(" ");

/** @throws UsersMissing, CloneForeign */
export function requireOurs({ pair, state, at, dialect }: Found): void {
  const { owner, clone } = pair;
  if (state.owner.length === 0)
    throw new UsersMissing(
      at,
      owner,
      `Create it: CREATE USER ${quoteName(owner)}@'%' IDENTIFIED BY '…'; with the rights that the application needs. The rotation creates the second user.`,
    );
  const foreign = state.clone.filter(({ host }) => !state.marked.includes(host));
  if (foreign.length === 0) return;
  const adopt = foreign.flatMap(({ name }) => dialect.adopt(name, pair));
  throw new CloneForeign(
    at,
    clone,
    owner,
    `Rename that user (RENAME USER), or, if it is meant to stand in for ${owner}, run as the administrator: ${sql([...new Set(adopt)])}`,
  );
}

/**
 * That the clone can be what the owner is: one way in on each of its hosts, the same hosts.
 * @throws NotCarried, StandInIncomplete
 */
export function requireAlike({ pair, state, at, dialect }: Found): void {
  const refuse = (what: string, cure: string) =>
    new NotCarried(at, pair.clone, pair.owner, what, cure);
  const open = state.owner.filter(({ definition }) => !definition.isLocked);
  for (const { name, definition, rights } of open) {
    const other = definition.methods.find(({ plugin }) => !dialect.plugins.includes(plugin));
    if (other || definition.methods.length !== 1)
      throw refuse(
        other ? `the method ${other.plugin} of ${name}` : `several passwords of ${name}`,
        `Leave it one password, by ${dialect.plugins.join(" or ")}, or rotate with \`strategy: in-place\`.`,
      );
    const proxied = [...rights.privileges].find(([, has]) => has.has("PROXY"));
    if (proxied)
      throw refuse(
        `the privilege PROXY of ${name}`,
        `Run: REVOKE PROXY ON ${proxied[0]} FROM ${name};`,
      );
  }
  for (const account of open) dialect.requireProvable?.(account, at);
  const extra = state.clone.find(({ host }) => !state.owner.some((each) => each.host === host));
  if (extra)
    throw new StandInIncomplete(
      at,
      pair.clone,
      pair.owner,
      `it has an account for host ${extra.host}, and ${pair.owner} has none`,
      `Make one for ${pair.owner}, or run: DROP USER ${extra.name};`,
    );
}

/**
 * Where the owner is in use: that its accounts have one password, because retirement ends all of them.
 * @throws NotCarried
 */
export function requireOnePassword(
  { pair, state, at, dialect }: Found,
  password: Secret<string> | undefined,
): void {
  const open = state.owner.filter(({ definition }) => !definition.isLocked);
  const methods = open.flatMap(({ definition }) => definition.methods);
  if (open.length < 2 || dialect.isOnePassword(methods, password)) return;
  throw new NotCarried(
    at,
    pair.clone,
    pair.owner,
    `the different passwords of ${open.map(({ name }) => name).join(", ")}`,
    `Each host's account has a password of its own. Give them all the one that AWSCURRENT holds, or drop those that nobody uses: DROP USER ${open.at(-1)?.name};`,
  );
}

/** The account on the same host. */
export const on = (accounts: readonly Account[], { host }: Account) =>
  accounts.find((each) => each.host === host);

/** What the clone lacks of the owner's rights, and has more, for each host. */
export const differences = ({ state }: Found): readonly (Difference & { owner: Account })[] =>
  state.owner.map((owner) => ({
    owner,
    ...difference(owner.rights, on(state.clone, owner)?.rights ?? noRights),
  }));

/**
 * Before the owner's turn: what somebody gave to the clone alone, while it was in use, would be lost.
 * @throws StandInIncomplete
 */
export function requireOwnerComplete({ pair, state, at, dialect }: Found): void {
  for (const clone of state.clone) {
    const owner = on(state.owner, clone);
    if (!owner || clone.definition.isLocked) continue;
    const lacking = lackingOnly(difference(clone.rights, owner.rights));
    const lacks = placesOf(lacking);
    if (lacks.length === 0 && !lacking.defaultRole) continue;
    const surplus = difference(owner.rights, clone.rights);
    throw new StandInIncomplete(
      at,
      pair.owner,
      pair.clone,
      `it has fewer rights on ${lacks.join(", ") || "its default role"}, and would be next in turn`,
      `Run: ${sql(givingStatements(lacking, owner.name, dialect))} Or, if the application does not need them: ${sql(takingStatements(surplus, owner.rights, clone.name, dialect))}`,
    );
  }
}
