import type { Pair } from "../login/pair.ts";
import { CloneForeign, NotCarried, StandInIncomplete, UsersMissing } from "../login/pair-errors.ts";
import { PermissionDenied } from "../login/server-errors.ts";
import type { Dialect, Run } from "./dialect.ts";
import { mayDo, missingGrants } from "./grantable.ts";
import type { Account, PairState } from "./pair-state.ts";
import { quoteName } from "./quoting.ts";
import type { Rights } from "./rights.ts";
import {
  type Difference,
  difference,
  givingStatements,
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

const sql = (statements: readonly string[]) => statements.map((each) => `${each};`).join(" ");

const noRights: Rights = { privileges: new Map(), roles: new Map(), defaultRole: undefined };

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
 * That the clone can be what the owner is: one password on each of its hosts, the same hosts.
 * @throws NotCarried, StandInIncomplete
 */
export function requireAlike({ pair, state, at, dialect }: Found): void {
  const refuse = (what: string, cure: string) =>
    new NotCarried(at, pair.clone, pair.owner, what, cure);
  const open = state.owner.filter(({ definition }) => !definition.isLocked);
  for (const { name, definition, rights } of open) {
    const other = definition.methods.find(({ plugin }) => plugin !== dialect.plugin);
    if (other || definition.methods.length !== 1)
      throw refuse(
        other ? `the method ${other.plugin} of ${name}` : `several passwords of ${name}`,
        `Leave it one password, by ${dialect.plugin}, or rotate with \`strategy: in-place\`.`,
      );
    const proxied = [...rights.privileges].find(([, has]) => has.has("PROXY"));
    if (proxied)
      throw refuse(
        `the privilege PROXY of ${name}`,
        `Run: REVOKE PROXY ON ${proxied[0]} FROM ${name};`,
      );
  }
  const passwords = new Set(open.flatMap(({ definition }) => definition.methods[0]?.stored ?? []));
  if (passwords.size > 1)
    throw refuse(
      `the different passwords of ${open.map(({ name }) => name).join(", ")}`,
      `Each host's account has a password of its own. Give them all the one that AWSCURRENT holds, or drop those that nobody uses: DROP USER ${open.at(-1)?.name};`,
    );
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

const on = (accounts: readonly Account[], { host }: Account) =>
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
export function requireOwnerComplete({ pair, state, at }: Found): void {
  for (const clone of state.clone) {
    const owner = on(state.owner, clone);
    if (!owner || clone.definition.isLocked) continue;
    const { privileges, roles, defaultRole } = difference(clone.rights, owner.rights);
    const lacks = [...privileges.keys()].concat([...roles.keys()]);
    if (lacks.length === 0 && !defaultRole) continue;
    const lacking = { ...difference(noRights, noRights), privileges, roles, defaultRole };
    const surplus = difference(owner.rights, clone.rights);
    throw new StandInIncomplete(
      at,
      pair.owner,
      pair.clone,
      `it has fewer rights on ${lacks.join(", ") || "its default role"}, and would be next in turn`,
      `Run: ${sql(givingStatements(lacking, owner.name))} Or, if the application does not need them: ${sql(takingStatements(surplus, owner.rights, clone.name))}`,
    );
  }
}

/** @throws PermissionDenied with what the administrator lacks for a rotation, and for an emergency */
export async function requireRights(found: Found, username: string, run: Run): Promise<void> {
  const { pair, state, at, dialect } = found;
  const { account, rights } = state.admin;
  const lacking = Object.values(dialect.needs).filter((each) => !mayDo(rights, each, "*.*"));
  const marked = state.clone.map(({ name }) => name);
  const isMissing = state.owner.some((owner) => !on(state.clone, owner));
  const statements = [
    ...(lacking.length > 0 ? [`GRANT ${lacking.join(", ")} ON *.* TO ${account}`] : []),
    ...differences(found).flatMap((each) => missingGrants(rights, each, account)),
    ...(isMissing ? await dialect.missingToCreate(pair, state.admin, marked, run) : []),
  ];
  if (statements.length === 0) return;
  throw new PermissionDenied(
    at,
    username,
    `administer ${pair.owner}`,
    `Run: ${sql([...new Set(statements)])}`,
  );
}
