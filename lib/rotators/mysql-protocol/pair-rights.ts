import { PermissionDenied } from "../login/server-errors.ts";
import type { Run } from "./dialect.ts";
import { mayDo, missingGrants } from "./grantable.ts";
import { differences, type Found, on, sql } from "./pair-checks.ts";

/** @throws PermissionDenied with what the administrator lacks for a rotation, and for an emergency */
export async function requireRights(found: Found, username: string, run: Run): Promise<void> {
  const { pair, state, at, dialect } = found;
  const { account, rights } = state.admin;
  const accounts = [...state.owner, ...state.clone];
  const { shield } = dialect;
  const isShielded = shield && accounts.some((each) => mayDo(each.rights, shield, "*.*"));
  const needs = [...Object.values(dialect.needs), ...(isShielded ? [shield] : [])];
  const lacking = needs.filter((each) => !mayDo(rights, each, "*.*"));
  const marked = state.clone.map(({ name }) => name);
  const isMissing = state.owner.some((owner) => !on(state.clone, owner));
  const statements = [
    ...(lacking.length > 0 ? [`GRANT ${lacking.join(", ")} ON *.* TO ${account}`] : []),
    ...differences(found).flatMap((each) => missingGrants(rights, each, account, dialect)),
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
