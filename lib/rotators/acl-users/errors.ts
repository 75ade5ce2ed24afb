import { RotationError } from "../../errors.ts";

/** The account has no such user in this Region. @param user e.g. `the ElastiCache user app` */
export class AclUserMissing extends RotationError {
  constructor(user: string) {
    super({
      code: "ACL_USER_NOT_FOUND",
      happened: `There is no ${user.replace(/^the /, "")} in this account and Region.`,
      remedy:
        "Correct user in rotation.yml: the user's id for ElastiCache (`aws elasticache describe-users`), its name for MemoryDB (`aws memorydb describe-users`).",
    });
  }
}

/** The service makes another change, or the same one still. */
export abstract class ChangeUnderWay extends RotationError {}

/** The service takes no change of this user now. */
export class AclUserBusy extends ChangeUnderWay {
  /** @param status the service's own word */
  constructor(user: string, status: string) {
    super({
      code: "ACL_USER_BUSY",
      retryable: true,
      subject: user,
      happened: `AWS does not accept a password change for ${user} while its status is ${status}.`,
      remedy:
        "It is retried automatically. AWS accepts one change of a user at a time, and some take minutes; if the status persists, check the clusters of its user group (ElastiCache) or ACL (MemoryDB).",
    });
  }
}

/** The manifest names a user whose passwords cannot be rotated, or is not the one that the secret holds. */
export class AclUserUnusable extends RotationError {
  constructor(user: string, problem: string, remedy: string) {
    super({
      code: "ACL_USER_UNUSABLE",
      subject: user,
      happened: `The passwords of ${user} are not rotated: ${problem}.`,
      remedy,
    });
  }
}

/** AWS says that the change is over; the server that the secret names does not know it. */
export class AclUserLags extends RotationError {
  /** @param address of the server: `host:port` */
  constructor(user: string, address: string) {
    super({
      code: "ACL_USER_LAGS",
      retryable: true,
      subject: user,
      happened: `AWS reports that the passwords of ${user} are set, but ${address} still refuses the new one.`,
      remedy:
        "It is retried automatically. If this persists, the user may not be in the user group (ElastiCache) or ACL (MemoryDB) of this cluster, or the secret may name another cluster.",
    });
  }
}
