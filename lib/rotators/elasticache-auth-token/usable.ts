import { AuthTokenBusy, AuthTokenUnusable } from "./errors.ts";
import type { ReplicationGroup, ReplicationGroupState } from "./replication-group.ts";

/** Whom an AUTH token logs in: the only user that a group without users has. */
export const tokenUser = "default";

/**
 * That the group has a token, takes a change of it now, and that the secret holds it.
 * @param username in the secret
 * @throws AuthTokenUnusable, AuthTokenBusy
 */
export function requireUsable(
  { name }: Pick<ReplicationGroup, "name">,
  state: ReplicationGroupState,
  username: string,
): void {
  if (state.hasUsers)
    throw new AuthTokenUnusable(
      name,
      "it has user groups, whose users log in with passwords of their own",
      "Rotate the users: `type: elasticache` with `user`.",
    );
  if (!state.hasToken)
    throw new AuthTokenUnusable(
      name,
      "it has none, and rotating one in would leave it open to anybody without a token",
      "Give it the token that AWSCURRENT holds: aws elasticache modify-replication-group --replication-group-id … --auth-token … --auth-token-update-strategy SET --apply-immediately.",
    );
  if (username !== tokenUser)
    throw new AuthTokenUnusable(
      name,
      `the secret holds the user ${username}, but a token belongs only to ${tokenUser}`,
      `Remove the user from the secret, or set it to ${tokenUser}. If the group has users, rotate them: \`type: elasticache\` with \`user\`.`,
    );
  if (!["available", "modifying"].includes(state.status))
    throw new AuthTokenBusy(name, state.status);
}
