import type { Operations } from "../call.ts";
import { accessKeys } from "./access-keys.ts";
import { roles } from "./roles.ts";
import { userPolicies } from "./user-policies.ts";
import type { UserTable } from "./user-table.ts";
import { userTags } from "./user-tags.ts";
import { users } from "./users.ts";

/** https://docs.aws.amazon.com/IAM/latest/APIReference/ */
export const iam = ({ accountId }: { accountId: string }, table: UserTable): Operations => ({
  ...roles({ accountId }),
  ...users(table, accountId),
  ...accessKeys(table),
  ...userTags(table),
  ...userPolicies(table),
});
