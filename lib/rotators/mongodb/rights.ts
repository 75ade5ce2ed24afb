import type { Grant } from "./privileges.ts";
import { type Users, without } from "./users.ts";

/**
 * What an administrator needs for a pair of users in a database (MongoDB manual, "Privilege Actions"). To end sessions in
 * an emergency takes all of it, so all of it is asked for at any time.
 */
export function rightsOver({ owner, clone }: Users, db: string): readonly Grant[] {
  const roles = (owner ?? clone)?.roles ?? [];
  const given = new Set(roles.map((role) => role.db));
  const taken = new Set(without(clone?.roles ?? [], owner?.roles ?? roles).map((role) => role.db));
  const isRestricted = Boolean(owner?.restrictions ?? clone?.restrictions);
  const on = (name: string) => ({ db: name, collection: "" });
  return [
    {
      resource: on(db),
      actions: [
        "viewUser",
        "createUser",
        "dropUser",
        "changePassword",
        "changeCustomData",
        "setAuthenticationRestriction",
      ].filter((action) => isRestricted || action !== "setAuthenticationRestriction"),
    },
    ...[...given].map((name) => ({ resource: on(name), actions: ["grantRole"] })),
    ...[...taken].map((name) => ({ resource: on(name), actions: ["revokeRole"] })),
    { resource: "cluster", actions: ["inprog", "killop"] },
  ];
}
