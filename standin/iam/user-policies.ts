import { z } from "zod";
import type { Operations } from "../call.ts";
import { name, noSuchEntity, operation, page, pageFields, policy } from "./operation.ts";
import type { UserTable } from "./user-table.ts";

const named = z.strictObject({
  UserName: name,
  PolicyName: z.string().regex(/^[\w+=,.@-]{1,128}$/),
});

/** Inline policies of users. Of what they say, one thing is enforced: see session-denial.ts. */
export function userPolicies(table: UserTable): Operations {
  const missing = (policyName: string) =>
    noSuchEntity(`The user policy with name ${policyName} cannot be found.`);
  return {
    PutUserPolicy: operation(named.extend({ PolicyDocument: policy }), (input) => {
      table.find(input.UserName).policies.set(input.PolicyName, input.PolicyDocument);
      return {};
    }),
    GetUserPolicy: operation(named, ({ UserName, PolicyName }) => {
      const document = table.find(UserName).policies.get(PolicyName);
      if (document === undefined) throw missing(PolicyName);
      return { UserName, PolicyName, PolicyDocument: encodeURIComponent(document) };
    }),
    DeleteUserPolicy: operation(named, ({ UserName, PolicyName }) => {
      if (table.find(UserName).policies.delete(PolicyName)) return {};
      throw missing(PolicyName);
    }),
    ListUserPolicies: operation(
      z.strictObject({ UserName: name, ...pageFields }),
      ({ UserName, ...asked }) => {
        const { items, ...rest } = page([...table.find(UserName).policies.keys()], asked);
        return { PolicyNames: items, ...rest };
      },
    ),
  };
}
