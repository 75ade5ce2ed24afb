import type { ChangesOn } from "../acl-users/engine.ts";
import { changedByApi } from "../acl-users/rotator.ts";
import { elastiCacheClient } from "../elasticache/clients.ts";
import { AwsReplicationGroup } from "./aws-group.ts";
import type { ReplicationGroup } from "./replication-group.ts";
import type { AuthTokenSpec } from "./spec.ts";
import { authTokens } from "./strategy.ts";
import { TokenChanges } from "./token-changes.ts";

export const changesOf =
  (group: ReplicationGroup): ChangesOn =>
  (server, pause) =>
    new TokenChanges(group, server, pause);

export const rotator = changedByApi(
  ({ replicationGroup }: AuthTokenSpec) =>
    changesOf(new AwsReplicationGroup(replicationGroup, elastiCacheClient)),
  authTokens,
);
