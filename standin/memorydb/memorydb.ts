import { z } from "zod";
import type { AclUser, AclUsers } from "../acl-users/users.ts";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** An operation that refuses invalid input (https://docs.aws.amazon.com/memorydb/latest/APIReference/CommonErrors.html). */
const operation = operationsOf(
  (violation) => new AwsError("InvalidParameterValueException", constraint(violation)),
);

const UserName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]*$/);
const AuthenticationMode = z.strictObject({
  Type: z.literal("password"),
  Passwords: z.array(z.string()).min(1),
});

const errors = { state: "InvalidUserStateFault", value: "InvalidParameterValueException" };

/** Users alone: https://docs.aws.amazon.com/memorydb/latest/APIReference/ */
export function memoryDb(users: AclUsers): Operations {
  const find = (name: string) => users.find("memorydb", name, "UserNotFoundFault");
  return {
    DescribeUsers: operation(
      z.strictObject({ UserName: UserName.optional() }),
      ({ UserName: name }) => ({
        Users: (name === undefined ? users.all("memorydb") : [find(name)]).map((each) =>
          shown(each, users),
        ),
      }),
    ),
    UpdateUser: operation(
      z.strictObject({ UserName, AuthenticationMode }),
      ({ UserName: name, AuthenticationMode: { Passwords } }) => {
        const user = find(name);
        users.change(user, Passwords, errors);
        return { User: shown(user, users) };
      },
    ),
  };
}

/** The passwords are never shown. */
const shown = ({ definition, id, status, passwordCount }: AclUser, { home }: AclUsers) => ({
  Name: id,
  Status: status,
  AccessString: "on ~* &* +@all",
  ACLNames: ["all"],
  MinimumEngineVersion: "6.2",
  Authentication: { Type: definition.authentication ?? "password", PasswordCount: passwordCount },
  ARN: `arn:aws:memorydb:${home.region}:${home.accountId}:user/${id}`,
});
