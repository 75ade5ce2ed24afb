import type { AuthTokenUpdateStatus } from "@aws-sdk/client-elasticache";
import type { Secret } from "../../secret/secret.ts";

/** A replication group as the API of ElastiCache shows it: never with a token. */
export interface ReplicationGroupState {
  /** The service's own word: `available`, `snapshotting`, …; `modifying` while a change of the token is under way. */
  readonly status: string;
  /** The service's own word for the change of the token that is under way, where it says which. */
  readonly change?: AuthTokenUpdateStatus | undefined;
  /** Whether it has an AUTH token at all. */
  readonly hasToken: boolean;
  /** How long ago the token was last changed, in milliseconds; absent: unknown. */
  readonly unchangedFor?: number | undefined;
  /** Whether it has user groups, whose users log in with passwords of their own. */
  readonly hasUsers: boolean;
}

/**
 * A replication group of ElastiCache, with its AUTH tokens: one or two, of which the newest is the one that was rotated last.
 * Changes come true later, one at a time. Errors are RotationErrors: "cannot tell" is one, too.
 */
export interface ReplicationGroup {
  /** For messages, e.g. `the ElastiCache replication group main`. */
  readonly name: string;
  /** @throws ReplicationGroupMissing */
  describe(signal: AbortSignal): Promise<ReplicationGroupState>;
  /**
   * Asks that this be the newest token, beside the one that is the newest now. An older one ends.
   * @throws AuthTokenBusy, AuthTokenRefused, ReplicationGroupMissing when nothing was asked; after other errors it may have been
   */
  rotate(token: Secret<string>, signal: AbortSignal): Promise<void>;
  /**
   * Asks that this be the only token, which must be the newest.
   * @throws as `rotate`; AuthTokenRefused also where it is not the newest
   */
  set(token: Secret<string>, signal: AbortSignal): Promise<void>;
}
