import type { Secret } from "../../secret/secret.ts";
import type { Login } from "../login/login.ts";
import { differences, type Found } from "./pair-checks.ts";
import { accountName } from "./quoting.ts";
import { givingStatements, takingStatements } from "./rights-difference.ts";

/** Makes the clone's accounts and gives them the owner's rights; nobody can log in to a new one yet. */
export function alikeStatements(found: Found, form: Login["passwordForm"]): readonly string[] {
  const { pair, state, dialect } = found;
  return differences(found).flatMap(({ owner, ...needed }) => {
    const account = accountName(pair.clone, owner.host);
    const exists = state.clone.some(({ host }) => host === owner.host);
    return [
      ...(exists ? [] : dialect.create(account, pair, form)),
      ...takingStatements(needed, owner.rights, account, dialect),
      ...givingStatements(needed, account, dialect),
    ];
  });
}

/** Lets one of the two in, on the owner's hosts and under its conditions. Not where somebody has locked it by hand. */
export function openStatements(
  { state, dialect }: Found,
  { username, password }: { readonly username: string; readonly password: Secret<string> },
  form: Login["passwordForm"],
): readonly string[] {
  return state.owner
    .filter(({ definition }) => !definition.isLocked || dialect.isClosed(definition))
    .flatMap(({ host, definition }) =>
      dialect.open(accountName(username, host), definition, password, form),
    );
}

/** The clone's password expires neither; `openStatements` sees to it. */
export const unexpireStatements = ({ state, dialect }: Found): readonly string[] =>
  state.owner.flatMap(({ name, definition }) =>
    definition.expires ? [dialect.neverExpire(name)] : [],
  );
