import { address, type Login } from "../login/login.ts";
import { LoginForbidden } from "../login/server-errors.ts";
import { keeperOf, requireUser } from "./changes.ts";
import { CommandMissing, permissionDenied, ReplicationLogin, takesAnyPassword } from "./errors.ts";
import type { Node } from "./nodes.ts";
import { defaultUser } from "./traits.ts";
import { type Run, setting, sha256, type User } from "./users.ts";

/**
 * That a user's passwords can be changed on every server, without changing any.
 * @param as who would change them
 * @returns the user as each server has it
 * @throws PermissionDenied, ChangeNotKept, NodeDiffers, AuthenticationMethodRefused, ReplicationLogin, CommandMissing
 */
export async function requireChangeable(
  nodes: readonly Node[],
  as: Login,
  username: string,
  action: string,
): Promise<readonly User[]> {
  const users: User[] = [];
  for (const node of nodes) {
    const user = await requireUser(node, username);
    if (user.isOpen) throw takesAnyPassword(node.address, username);
    const keeper = await keeperOf(node);
    // Without a rule it changes nothing, and needs the same right.
    await node.run("ACL", "SETUSER", username);
    await requireRights(node, as, action, [keeper, ...commands]);
    if (nodes.length > 1) await requireNoReplication(node, username, user);
    await requireNoSentinel(node, username);
    users.push(user);
  }
  return users;
}

/** What else a rotation runs. */
const commands: readonly (readonly string[])[] = [
  ["CLIENT", "SETNAME", "quarterturn"],
  ["CLIENT", "KILL", "USER", "quarterturn"],
  ["MULTI"],
  ["EXEC"],
];

/** Asks the server instead of trying. Redis 6.2 cannot tell: there a missing right shows later, before anything changes. */
async function requireRights(
  { address: at, run }: Node,
  { username }: Login,
  action: string,
  wanted: readonly (readonly string[])[],
): Promise<void> {
  for (const words of wanted) {
    const answer = await run("ACL", "DRYRUN", username, ...words).catch(unlessMissing);
    if (answer === undefined) return;
    if (answer !== "OK") throw permissionDenied(at, username, action, words.slice(0, 2).join(" "));
  }
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof CommandMissing)) throw error;
}

/** @throws ReplicationLogin */
async function requireNoReplication(node: Node, username: string, user: User): Promise<void> {
  const name = (await setting(node.run, "masteruser")) || defaultUser;
  const password = await setting(node.run, "masterauth");
  if (name === username && password !== "" && user.hashes.has(sha256(password)))
    throw new ReplicationLogin(node.address, username, "The replication (masteruser, masterauth)");
}

/** Sentinel names its connections. @throws ReplicationLogin */
async function requireNoSentinel(node: Node, username: string): Promise<void> {
  const clients = String(await node.run("CLIENT", "LIST")).split("\n");
  const isSentinels = (line: string) =>
    line.includes(" name=sentinel-") && line.split(" ").includes(`user=${username}`);
  if (clients.some(isSentinels)) throw new ReplicationLogin(node.address, username, "Sentinel");
}

/** That one more client may connect. @throws LoginForbidden */
export async function requireRoom(node: Node, login: Login): Promise<void> {
  if (node.info.hasRoom) return;
  throw new LoginForbidden(
    address(login),
    login.username,
    "maxclients",
    "it has no room for one more connection, which the switch needs to prove the new password",
    true,
  );
}

/** Ends the user's connections, but not this one. @returns how many there were */
export async function endConnections(run: Run, username: string): Promise<number> {
  return Number(await run("CLIENT", "KILL", "USER", username));
}
