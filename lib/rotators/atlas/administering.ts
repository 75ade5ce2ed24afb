import { PairUnusable } from "../login/errors.ts";
import type { Pair } from "../login/pair.ts";
import type { AtlasApi } from "./api.ts";
import { cloneForeign, usersMissing } from "./errors.ts";
import { type AtlasUser, standsInFor, type Users } from "./user.ts";

interface Asked {
  readonly api: AtlasApi;
  readonly project: string;
}

/**
 * The users of a pair, which may be changed.
 * @throws UsersMissing, CloneForeign, PairUnusable, and as `AtlasApi.find`
 */
export async function readUsers(asked: Asked, pair: Pair, signal: AbortSignal): Promise<Users> {
  const { api, project } = asked;
  const [owner, clone] = await Promise.all([
    api.find(pair.owner, "admin", signal),
    api.find(pair.clone, "admin", signal),
  ]);
  const isOurs = clone !== undefined && standsInFor(clone) === pair.owner;
  // Its clone knows what the owner was, if we made it.
  if (!owner && !isOurs) throw await missing(asked, pair.owner, signal);
  if (clone && !isOurs) throw cloneForeign(project, pair.clone, pair.owner);
  for (const user of [owner, clone]) if (user) requireUsable(user);
  return { owner, clone };
}

/** Users who log in without a password are mostly of the database `$external`. */
async function missing({ api, project }: Asked, owner: string, signal: AbortSignal) {
  const external = await api.find(owner, "$external", signal);
  return (external && unusable(external)) ?? usersMissing(project, owner);
}

/** @throws PairUnusable */
export function requireUsable(user: AtlasUser): void {
  const problem = unusable(user);
  if (problem) throw problem;
}

const unusable = ({ name, unusable: why }: AtlasUser): PairUnusable | undefined =>
  why === undefined
    ? undefined
    : new PairUnusable(
        name,
        why,
        "Make a permanent database user with a password (SCRAM) for the application, and put its login into the secret.",
      );
