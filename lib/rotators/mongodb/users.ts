import type { Pair } from "../login/pair.ts";
import type { Document, Element } from "./bson.ts";
import { encode, withoutField } from "./encode.ts";
import type { RunAs } from "./run.ts";

/** A role of a user. */
export interface Role {
  readonly role: string;
  readonly db: string;
}

/** What `usersInfo` tells of a user. */
export interface User {
  readonly name: string;
  readonly roles: readonly Role[];
  /** The application's own. */
  readonly customData: Document;
  /** Whom it stands in for, by our mark in its customData. */
  readonly standsInFor: string | undefined;
  /** `undefined` where it may log in from anywhere. */
  readonly restrictions: Element | undefined;
  readonly mechanisms: readonly string[];
}

/** The field of customData in which a clone that we made says so. */
const mark = "quarterturn";

const none = encode({});

export interface Users {
  readonly owner: User | undefined;
  readonly clone: User | undefined;
}

export async function readUsers(
  run: RunAs,
  db: string,
  pair: Pair,
  signal: AbortSignal,
): Promise<Users> {
  const names = [pair.owner, pair.clone];
  const usersInfo = names.map((user) => ({ user, db }));
  const answer = await run(
    db,
    { usersInfo, showAuthenticationRestrictions: true },
    `read the users ${pair.owner} and ${pair.clone}`,
    signal,
  );
  const users = answer.documents("users").map(userIn);
  const [owner, clone] = names.map((name) => users.find((user) => user.name === name));
  return { owner, clone };
}

function userIn(info: Document): User {
  const custom = info.get("customData")?.document ?? none;
  const restrictions = info.get("authenticationRestrictions");
  const roles = info.documents("roles").map((each) => ({
    role: each.get("role")?.text ?? "",
    db: each.get("db")?.text ?? "",
  }));
  return {
    name: info.get("user")?.text ?? "",
    roles,
    customData: withoutField(custom, mark),
    standsInFor: custom.get(mark)?.document?.get("standsInFor")?.text,
    restrictions: isEmpty(restrictions) ? undefined : restrictions,
    mechanisms: info.texts("mechanisms"),
  };
}

const isEmpty = (list: Element | undefined) => [...(list?.document?.elements() ?? [])].length === 0;

/** What the owner has and the other does not. */
export const without = (roles: readonly Role[], others: readonly Role[]): readonly Role[] =>
  roles.filter(({ role, db }) => !others.some((each) => each.role === role && each.db === db));

/** Somebody else's, unless we made it, or it was made with the same roles, as the AWS template does. */
export const isForeign = ({ owner, clone }: Users, pair: Pair): boolean =>
  clone !== undefined &&
  clone.standsInFor !== pair.owner &&
  (!owner ||
    without(owner.roles, clone.roles).length > 0 ||
    without(clone.roles, owner.roles).length > 0);

/**
 * The fields of createUser and updateUser that make a user what another one is, without its roles.
 * @param owner for whom it stands in, if it is a clone
 */
export const likeness = (of: User, owner: string | undefined) => ({
  customData:
    owner === undefined ? of.customData : encode([...of.customData.elements(), ...markFor(owner)]),
  authenticationRestrictions: of.restrictions ?? [],
  ...(of.mechanisms.length > 0 && { mechanisms: of.mechanisms }),
});

const markFor = (owner: string) => encode({ [mark]: { standsInFor: owner } }).elements();
