import { DeleteSecretCommand, paginateListSecrets } from "@aws-sdk/client-secrets-manager";
import { DeleteParameterCommand, paginateDescribeParameters } from "@aws-sdk/client-ssm";
import { collect, type Leftovers } from "./kind.ts";

/** Without a window: nothing of value is in them. */
export const secrets: Leftovers = {
  kind: "secret",
  find: ({ secrets: client }, prefix) =>
    collect(
      paginateListSecrets(
        { client },
        { Filters: [{ Key: "name", Values: [prefix] }], IncludePlannedDeletion: true },
      ),
      (page) => (page.SecretList ?? []).map(({ Name }) => Name),
    ),
  remove: ({ secrets: client }, SecretId) =>
    client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true })),
};

export const parameters: Leftovers = {
  kind: "parameter",
  find: ({ ssm }, prefix) =>
    collect(
      paginateDescribeParameters(
        { client: ssm },
        { ParameterFilters: [{ Key: "Name", Option: "BeginsWith", Values: [`/${prefix}`] }] },
      ),
      (page) => (page.Parameters ?? []).map(({ Name }) => Name),
    ),
  remove: ({ ssm }, Name) => ssm.send(new DeleteParameterCommand({ Name })),
};
