import { ChangeNotKept } from "../login/server-errors.ts";
import { NodeDiffers } from "./errors.ts";
import type { Node } from "./nodes.ts";
import { exactly, isWithin, type Keeper, setting, type User, userOf } from "./users.ts";

/**
 * Where the server keeps its users. It has a file for them, or its configuration is a file, or it forgets them.
 * @throws ChangeNotKept
 */
export async function keeperOf({ address, info, run }: Node): Promise<Keeper> {
  if ((await setting(run, "aclfile")) !== "") return ["ACL", "SAVE"];
  if (info.hasConfigFile) return ["CONFIG", "REWRITE"];
  throw new ChangeNotKept(
    address,
    "it has neither an ACL file nor a configuration file",
    "Start it with a configuration file that it may write, or with aclfile PATH, in which its users are.",
  );
}

/** @throws NodeDiffers */
export async function requireUser({ address, run }: Node, username: string): Promise<User> {
  const user = await userOf(run, username);
  if (user) return user;
  throw new NodeDiffers(address, username, "has no");
}

/**
 * Gives the user these passwords and no others on every server, one after the other, and has each keep it. Before the first
 * change each server proves that it can keep one.
 * @throws ChangeNotKept, NodeDiffers, and what a command throws
 */
export async function change(
  nodes: readonly Node[],
  username: string,
  hashes: (before: User) => readonly string[],
): Promise<void> {
  const ready: { node: Node; keeper: Keeper; before: User; wanted: ReadonlySet<string> }[] = [];
  for (const node of nodes) {
    const before = await requireUser(node, username);
    const keeper = await keeperOf(node);
    await keep(node, keeper);
    ready.push({ node, keeper, before, wanted: new Set(hashes(before)) });
  }
  for (const { node, keeper, before, wanted } of ready) {
    await node.run("ACL", "SETUSER", username, ...exactly(wanted));
    try {
      await keep(node, keeper);
    } catch (error) {
      // What would be forgotten when the server restarts must not be relied on until then.
      if (before.hashes.size > 0)
        await node.run("ACL", "SETUSER", username, ...exactly(before.hashes));
      throw error;
    }
    const { hashes: after } = await requireUser(node, username);
    if (!(isWithin(after, wanted) && isWithin(wanted, after)))
      throw new NodeDiffers(node.address, username, "has other passwords than it was given for");
  }
}

/** Has the server write its users down as they are. @throws ChangeNotKept */
export async function keep({ address, run }: Node, keeper: Keeper): Promise<void> {
  try {
    await run(...keeper);
  } catch (error) {
    if (!isFailed(error)) throw error;
    throw new ChangeNotKept(
      address,
      `${keeper.join(" ")} fails`,
      `Let the server write its ${keeper[0] === "ACL" ? "ACL file" : "configuration file"} and the folder that holds it, and try ${keeper.join(" ")} by hand: the answer says what is missing.`,
    );
  }
}

/** The server answered that it could not. */
const isFailed = (error: unknown) => error instanceof Error && error.name === "DATABASE_FAILED";
