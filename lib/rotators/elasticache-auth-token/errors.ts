import { RotationError } from "../../errors.ts";
import { ChangeUnderWay } from "../acl-users/errors.ts";

/** @param group e.g. `the ElastiCache replication group main` */
export class ReplicationGroupMissing extends RotationError {
  constructor(group: string) {
    super({
      code: "REPLICATION_GROUP_NOT_FOUND",
      happened: `There is no ${group.replace(/^the /, "")} in this account and Region.`,
      remedy:
        "Correct replicationGroup in rotation.yml: `aws elasticache describe-replication-groups` lists them.",
    });
  }
}

/** The service takes no change of the token now. */
export class AuthTokenBusy extends ChangeUnderWay {
  /** @param status the service's own word */
  constructor(group: string, status: string) {
    super({
      code: "AUTH_TOKEN_BUSY",
      retryable: true,
      subject: group,
      happened: `AWS does not accept a new AUTH token for ${group} while its status is ${status}.`,
      remedy:
        "It is retried automatically. Changes take minutes, and so do snapshots; if the status persists, check the replication group in the console.",
    });
  }
}

/** The group has no token that can be rotated, or the secret is not about it. */
export class AuthTokenUnusable extends RotationError {
  constructor(group: string, problem: string, remedy: string) {
    super({
      code: "AUTH_TOKEN_UNUSABLE",
      subject: group,
      happened: `The AUTH token of ${group} is not rotated: ${problem}.`,
      remedy,
    });
  }
}

/** AWS takes no such token: its form is wrong, or it is not the one that was rotated last. */
export class AuthTokenRefused extends RotationError {
  /** @param code of the service */
  constructor(group: string, code: string) {
    super({
      code: "AUTH_TOKEN_REFUSED",
      subject: group,
      happened: `AWS refuses a change of the AUTH token of ${group} (${code}). Nothing was changed.`,
      remedy:
        "AWS accepts tokens of 16 to 128 letters, digits and !&#$^<>-: set password in rotation.yml accordingly. The group needs encryption in transit, Redis OSS 5.0.6 or later or Valkey, and nodes of its own (no serverless cache). If all of that holds, the token may be an earlier one, which AWS does not accept again: docs/types/elasticache-auth-token.md, By hand.",
    });
  }
}

/** AWS says that the change is over; the server that the secret names does not know it. */
export class AuthTokenLags extends RotationError {
  /** @param address of the server: `host:port` */
  constructor(group: string, address: string) {
    super({
      code: "AUTH_TOKEN_LAGS",
      retryable: true,
      subject: group,
      happened: `AWS reports that the AUTH token of ${group} is changed, but ${address} still refuses the new one.`,
      remedy:
        "It is retried automatically. If this persists, the secret may name an endpoint of another replication group.",
    });
  }
}
