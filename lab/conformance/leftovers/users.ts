import {
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  ListAccessKeysCommand,
  ListUserPoliciesCommand,
  paginateListUsers,
} from "@aws-sdk/client-iam";
import { begins, collect, type Leftovers } from "./kind.ts";

export const users: Leftovers = {
  kind: "IAM user",
  find: async ({ iam }, prefix) =>
    (
      await collect(paginateListUsers({ client: iam }, {}), (page) =>
        (page.Users ?? []).map(({ UserName }) => UserName),
      )
    ).filter(begins(prefix)),
  async remove({ iam }, UserName) {
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
    for (const { AccessKeyId } of AccessKeyMetadata)
      await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    const { PolicyNames = [] } = await iam.send(new ListUserPoliciesCommand({ UserName }));
    for (const PolicyName of PolicyNames)
      await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName }));
    await iam.send(new DeleteUserCommand({ UserName }));
  },
};
