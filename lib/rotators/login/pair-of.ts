import { UnknownType } from "../../rotation/errors.ts";
import type { Session } from "./engine.ts";
import { PairUnusable } from "./errors.ts";
import type { LoginSpec } from "./login.ts";
import type { Pair, PairOperations } from "./pair.ts";

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

/** @throws UnknownType for an engine that does not have this strategy */
export function pairsOf({ pairs }: Session): PairOperations {
  if (!pairs) throw new UnknownType("alternating-users, for an engine without pairs of users");
  return pairs;
}
