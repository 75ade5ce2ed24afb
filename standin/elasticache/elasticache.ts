import { z } from "zod";
import type { AclUser, AclUsers } from "../acl-users/users.ts";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { constraint, operationsOf } from "../checked-operation.ts";
import { Members } from "../xml.ts";
import type { ReplicationGroup, ReplicationGroups } from "./replication-groups.ts";

/** An operation that refuses invalid input (https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/CommonErrors.html). */
const operation = operationsOf(
  (violation) => new AwsError("InvalidParameterValue", constraint(violation)),
);

const UserId = z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]*$/);

const errors = { state: "InvalidUserState", value: "InvalidParameterValue" };

const ReplicationGroupId = z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]{0,39}$/);

/** Users and AUTH tokens alone: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/ */
export function elastiCache(users: AclUsers, groups: ReplicationGroups): Operations {
  const find = (id: string) => users.find("elasticache", id, "UserNotFound");
  return {
    DescribeUsers: operation(z.strictObject({ UserId: UserId.optional() }), ({ UserId: id }) => ({
      Users: (id === undefined ? users.all("elasticache") : [find(id)]).map((each) =>
        shown(each, users),
      ),
    })),
    ModifyUser: operation(
      z.strictObject({ UserId, Passwords: z.array(z.string()).min(1) }),
      ({ UserId: id, Passwords }) => {
        const user = find(id);
        users.change(user, Passwords, errors);
        return shown(user, users);
      },
    ),
    DescribeReplicationGroups: operation(
      z.strictObject({ ReplicationGroupId: ReplicationGroupId.optional() }),
      ({ ReplicationGroupId: id }) => ({
        ReplicationGroups: new Members(
          "ReplicationGroup",
          (id === undefined ? groups.all : [groups.find(id)]).map((each) =>
            shownGroup(each, groups),
          ),
        ),
      }),
    ),
    ModifyReplicationGroup: operation(
      z.strictObject({
        ReplicationGroupId,
        AuthToken: z.string(),
        AuthTokenUpdateStrategy: z.enum(["ROTATE", "SET"]),
        ApplyImmediately: z.literal("true"),
      }),
      ({ ReplicationGroupId: id, AuthToken, AuthTokenUpdateStrategy: strategy }) => {
        const group = groups.find(id);
        groups.change(group, strategy, AuthToken);
        return { ReplicationGroup: shownGroup(group, groups) };
      },
    ),
  };
}

/** The tokens are never shown. */
const shownGroup = (
  { definition: { id, userGroups = [] }, status, tokens, changedAt, pending }: ReplicationGroup,
  { home }: ReplicationGroups,
) => ({
  ReplicationGroupId: id,
  Description: id,
  Status: status,
  PendingModifiedValues: { ...(pending && { AuthTokenStatus: pending }) },
  AuthTokenEnabled: tokens.length > 0,
  AuthTokenLastModifiedDate: changedAt.toISOString(),
  TransitEncryptionEnabled: true,
  UserGroupIds: userGroups,
  ARN: `arn:aws:elasticache:${home.region}:${home.accountId}:replicationgroup:${id}`,
});

/** The passwords are never shown. */
const shown = ({ definition, id, status, passwordCount }: AclUser, { home }: AclUsers) => ({
  UserId: id,
  UserName: definition.username,
  Status: status,
  Engine: "redis",
  AccessString: "on ~* +@all",
  UserGroupIds: ["all"],
  Authentication: { Type: definition.authentication ?? "password", PasswordCount: passwordCount },
  ARN: `arn:aws:elasticache:${home.region}:${home.accountId}:user:${id}`,
});
