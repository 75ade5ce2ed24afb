import { RotationError } from "../../errors.ts";
import { AuthenticationMethodRefused, LockBusy, PermissionDenied } from "../login/server-errors.ts";

export const takesAnyPassword = (address: string, username: string) =>
  new AuthenticationMethodRefused(
    address,
    `no password of user ${username}, or takes any (nopass)`,
    `Give the user the password that AWSCURRENT holds: ACL SETUSER ${quoted(username)} resetpass >PASSWORD, and keep it (ACL SAVE, or CONFIG REWRITE). On ElastiCache: aws elasticache modify-replication-group, with the strategy SET.`,
  );

export const lockBusy = (address: string, action: string) =>
  new LockBusy(address, action, "CLIENT LIST");

/** What changing passwords takes; docs/types/redis.md has the same. */
export const rights =
  "+acl|setuser +acl|getuser +acl|save +acl|dryrun +client|list +client|setname +client|kill +multi +exec +config|get +config|rewrite +cluster|nodes +info";

/** @param command that was refused, e.g. `ACL SETUSER` */
export const permissionDenied = (
  address: string,
  username: string,
  action: string,
  command: string,
) =>
  new PermissionDenied(
    address,
    username,
    action,
    `It may not run ${command}. Run: ACL SETUSER ${quoted(username)} ${rights}; and keep it (ACL SAVE, or CONFIG REWRITE). A user that may change one user may change every user, so prefer to name an administrator with these rights under admin in rotation.yml.`,
  );

/** The server has no such command, or does not let anybody use it. */
export class CommandMissing extends RotationError {
  constructor(address: string, command: string, action: string) {
    super({
      code: "COMMAND_MISSING",
      happened: `${address} could not ${action}: it has no command ${command}.`,
      remedy:
        "The server is older than Redis 6.2, is a proxy or a managed service, or had the command renamed. For users of ElastiCache or MemoryDB write `type: elasticache` or `type: memorydb`. Otherwise make the secret name the server itself, and give the command its name back. Or, for the user default, write `strategy: in-place` and `passwordForm: plaintext`: that sets requirepass, in clear text.",
    });
  }
}

/** Sentinel answers in the server's place. */
export class SentinelFound extends RotationError {
  constructor(address: string) {
    super({
      code: "SENTINEL_FOUND",
      happened: `${address} is a Sentinel, which does not have the server's users.`,
      remedy:
        "Make the secret name the server that Sentinel watches, by a name that follows failovers.",
    });
  }
}

/** Servers that replicate each other, or Sentinel, log in with the credential that is to be replaced. */
export class ReplicationLogin extends RotationError {
  /** @param who e.g. `a replica (masteruser, masterauth)` */
  constructor(address: string, username: string, who: string) {
    super({
      code: "REPLICATION_LOGIN",
      happened: `${who} of ${address} logs in as user ${username} too; without its password replication or failover would stop, so nothing was changed.`,
      remedy:
        "Give replication and Sentinel a user of their own on every server: ACL SETUSER replication on >PASSWORD +psync +replconf +ping, then CONFIG SET masteruser replication and CONFIG SET masterauth PASSWORD; for Sentinel SENTINEL SET NAME auth-user and auth-pass.",
    });
  }
}

/** A server that shares the data, and has users of its own, cannot be changed now. */
export class NodeDown extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  /** @param node its address as the server names it */
  constructor(address: string, node: string, why: string) {
    super({
      code: "NODE_DOWN",
      retryable: true,
      happened: `${address} names ${node}, which ${why}; users must change on every server, so nothing was changed.`,
      remedy:
        "Bring it back, or take it out (CLUSTER FORGET, REPLICAOF NO ONE); then rotate again.",
    });
  }
}

/** A server that shares the data lacks a user, or has it with other passwords. */
export class NodeDiffers extends RotationError {
  constructor(address: string, username: string, problem: string) {
    super({
      code: "NODE_DIFFERS",
      happened: `${address} ${problem} user ${username}. Users are not replicated: each server has its own.`,
      remedy: `Make that user the same as on the server that the secret names (ACL LIST, ACL SETUSER), and keep it (ACL SAVE, or CONFIG REWRITE).`,
    });
  }
}

/** For a command line; a name can hold no spaces. */
const quoted = (username: string) => (/^[\w.@:-]+$/.test(username) ? username : "USER");
