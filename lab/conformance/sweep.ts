import type { Clients } from "./clients.ts";
import { functions, mappings, roles, stacks } from "./leftovers/compute.ts";
import { clusters, definitions } from "./leftovers/ecs.ts";
import { queues, rules, topics } from "./leftovers/messages.ts";
import { users } from "./leftovers/users.ts";
import { parameters, secrets } from "./leftovers/values.ts";

/** Every kind, each ahead of what it uses. */
const leftovers = [
  stacks,
  mappings,
  functions,
  rules,
  queues,
  secrets,
  clusters,
  definitions,
  parameters,
  topics,
  roles,
  users,
];

export interface Swept {
  /** How many of each kind were removed. */
  readonly removed: ReadonlyMap<string, number>;
  /** What could not be found or removed, each as a sentence. */
  readonly failed: readonly string[];
}

/** Services that the stand-in does not have: nothing of theirs can be left there. AWS has no such error for these. */
const UNKNOWN = ["UnknownOperationException", "InvalidAction"];

/**
 * Removes everything whose name begins with the prefix, kind by kind. One failure stops no other removal.
 * @param journal names of secrets, which ListSecrets may not show yet
 */
export async function sweep(
  clients: Clients,
  prefix: string,
  journal: readonly string[],
): Promise<Swept> {
  const removed = new Map<string, number>();
  const failed: string[] = [];
  for (const { kind, find, remove } of leftovers) {
    const tell = (what: string, error: unknown) => {
      const { name, message } = error as Error;
      if (!UNKNOWN.includes(name)) failed.push(`${what}: ${name}: ${message}`);
    };
    const written = kind === "secret" ? journal.filter((name) => name.startsWith(prefix)) : [];
    const found = await find(clients, prefix).catch((error: unknown) => {
      tell(`Cannot look for each ${kind}`, error);
      return [];
    });
    for (const id of new Set([...written, ...found])) {
      await remove(clients, id)
        .then(() => removed.set(kind, (removed.get(kind) ?? 0) + 1))
        .catch((error: unknown) => tell(`Cannot remove the ${kind} ${id}`, error));
    }
  }
  return { removed, failed };
}

export const total = ({ removed }: Swept) =>
  [...removed.values()].reduce((sum, count) => sum + count, 0);
