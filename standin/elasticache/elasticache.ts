import { z } from "zod";
import type { AclUser, AclUsers } from "../acl-users/users.ts";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** An operation that refuses invalid input (https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/CommonErrors.html). */
const operation = operationsOf(
  (violation) => new AwsError("InvalidParameterValue", constraint(violation)),
);

const UserId = z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]*$/);

const errors = { state: "InvalidUserState", value: "InvalidParameterValue" };

/** Users alone: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/ */
export function elastiCache(users: AclUsers): Operations {
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
  };
}

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
