import {
  type AuthTokenUpdateStrategyType,
  DescribeReplicationGroupsCommand,
  type ElastiCacheClient,
  ModifyReplicationGroupCommand,
} from "@aws-sdk/client-elasticache";
import { callAws, type Send } from "../../aws/failures.ts";
import type { Secret } from "../../secret/secret.ts";
import { explaining } from "../login/aws-answers.ts";
import { AuthTokenBusy, AuthTokenRefused, ReplicationGroupMissing } from "./errors.ts";
import type { ReplicationGroup, ReplicationGroupState } from "./replication-group.ts";

/** Names end with `Fault` or `Exception` (API reference, ModifyReplicationGroup). */
const explained = explaining([
  [/^ReplicationGroupNotFound/, (group) => new ReplicationGroupMissing(group)],
  [
    /^Invalid(ReplicationGroup|CacheCluster)State/,
    (group) => new AuthTokenBusy(group, "not available"),
  ],
  [/^InvalidParameterValue/, (group) => new AuthTokenRefused(group, "InvalidParameterValue")],
  [
    /^InvalidParameterCombination/,
    (group) => new AuthTokenRefused(group, "InvalidParameterCombination"),
  ],
]);

/**
 * A replication group through the API of ElastiCache. A request names the group and the token, and leaves all else of it as
 * it is (API reference, ModifyReplicationGroup).
 */
export class AwsReplicationGroup implements ReplicationGroup {
  readonly name: string;
  readonly #id: string;
  readonly #client: () => ElastiCacheClient;

  constructor(id: string, client: () => ElastiCacheClient) {
    this.name = `the ElastiCache replication group ${id}`;
    this.#id = id;
    this.#client = client;
  }

  async describe(signal: AbortSignal): Promise<ReplicationGroupState> {
    const command = new DescribeReplicationGroupsCommand({ ReplicationGroupId: this.#id });
    const { ReplicationGroups: [group] = [] } = await this.#call(
      "DescribeReplicationGroups",
      signal,
      (options) => this.#client().send(command, options),
    );
    if (!group) throw new ReplicationGroupMissing(this.name);
    const { Status = "unknown", PendingModifiedValues: pending, UserGroupIds = [] } = group;
    const { AuthTokenEnabled: hasToken = false, AuthTokenLastModifiedDate: changedAt } = group;
    return {
      status: pending?.AuthTokenStatus ? "modifying" : Status,
      change: pending?.AuthTokenStatus,
      hasToken,
      unchangedFor: changedAt && Date.now() - changedAt.getTime(),
      hasUsers: UserGroupIds.length > 0,
    };
  }

  rotate(token: Secret<string>, signal: AbortSignal): Promise<void> {
    return this.#modify("ROTATE", token, signal);
  }

  set(token: Secret<string>, signal: AbortSignal): Promise<void> {
    return this.#modify("SET", token, signal);
  }

  async #modify(
    strategy: AuthTokenUpdateStrategyType,
    token: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const command = new ModifyReplicationGroupCommand({
      ReplicationGroupId: this.#id,
      AuthToken: token.reveal(),
      AuthTokenUpdateStrategy: strategy,
      ApplyImmediately: true,
    });
    await this.#call("ModifyReplicationGroup", signal, (options) =>
      this.#client().send(command, options),
    );
  }

  #call<T>(action: string, signal: AbortSignal, send: Send<T>): Promise<T> {
    return callAws(`elasticache:${action}`, this.name, signal, send, explained);
  }
}
