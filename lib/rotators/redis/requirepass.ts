import type { Secret } from "../../secret/secret.ts";
import type { Login } from "../login/login.ts";
import { keep, keeperOf } from "./changes.ts";
import { ReplicationLogin } from "./errors.ts";
import type { Node } from "./nodes.ts";
import { defaultUser } from "./traits.ts";
import { setting } from "./users.ts";

/*
 * A server whose ACL commands are renamed has one user, `default`, with one password: the setting `requirepass`. It is
 * given the password itself, and its configuration keeps it so.
 */

/** Only where the manifest says that the server may be given the password itself. */
export const isByRequirepass = ({ passwordForm }: Login, username: string) =>
  passwordForm === "plaintext" && username === defaultUser;

/** @throws ReplicationLogin, ChangeNotKept, and what a command throws */
export async function requireRequirepass(nodes: readonly Node[]): Promise<void> {
  for (const node of nodes) {
    // They have no other user to log in to each other with.
    if (nodes.length > 1)
      throw new ReplicationLogin(node.address, defaultUser, "The replication (masterauth)");
    await setting(node.run, "requirepass");
    await keeperOf(node);
  }
}

/** @throws ReplicationLogin, ChangeNotKept, and what a command throws */
export async function setRequirepass(
  nodes: readonly Node[],
  password: Secret<string>,
): Promise<void> {
  await requireRequirepass(nodes);
  for (const node of nodes) {
    const before = await setting(node.run, "requirepass");
    const keeper = await keeperOf(node);
    await keep(node, keeper);
    await node.run("CONFIG", "SET", "requirepass", password.reveal());
    try {
      await keep(node, keeper);
    } catch (error) {
      await node.run("CONFIG", "SET", "requirepass", before);
      throw error;
    }
  }
}
