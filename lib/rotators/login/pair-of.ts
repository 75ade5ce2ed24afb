import { PairUnusable } from "./errors.ts";
import type { LoginSpec } from "./login.ts";
import type { Pair } from "./pair.ts";

const suffix = "_clone";

/** The declared pair, else by the suffix that the AWS template uses too. */
export function pairOf(username: string, { users }: Pick<LoginSpec, "users">): Pair {
  if (users) {
    if (username === users.owner || username === users.clone) return users;
    throw new PairUnusable(username, `rotation.yml names ${users.owner} and ${users.clone}`);
  }
  if (username.endsWith(suffix) && username !== suffix)
    return { owner: username.slice(0, -suffix.length), clone: username };
  return { owner: username, clone: username + suffix };
}
