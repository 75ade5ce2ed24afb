import {
  DeleteStackCommand,
  ListStacksCommand,
  waitUntilStackDeleteComplete,
} from "@aws-sdk/client-cloudformation";
import {
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  ListRolePoliciesCommand,
  paginateListRoles,
} from "@aws-sdk/client-iam";
import {
  DeleteEventSourceMappingCommand,
  DeleteFunctionCommand,
  paginateListEventSourceMappings,
  paginateListFunctions,
} from "@aws-sdk/client-lambda";
import { begins, collect, type Leftovers } from "./kind.ts";

export const stacks: Leftovers = {
  kind: "CloudFormation stack",
  async find({ cloudformation }, prefix) {
    const { StackSummaries = [] } = await cloudformation.send(new ListStacksCommand({}));
    return StackSummaries.filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE")
      .map(({ StackName = "" }) => StackName)
      .filter(begins(prefix));
  },
  async remove({ cloudformation }, StackName) {
    await cloudformation.send(new DeleteStackCommand({ StackName }));
    const waiting = { client: cloudformation, maxWaitTime: 300 };
    await waitUntilStackDeleteComplete(waiting, { StackName });
  },
};

export const mappings: Leftovers = {
  kind: "event source mapping",
  async find({ lambda }, prefix) {
    return collect(paginateListEventSourceMappings({ client: lambda }, {}), (page) =>
      (page.EventSourceMappings ?? [])
        .filter(({ FunctionArn = "" }) => begins(prefix)(FunctionArn))
        .map(({ UUID }) => UUID),
    );
  },
  remove: ({ lambda }, UUID) => lambda.send(new DeleteEventSourceMappingCommand({ UUID })),
};

export const functions: Leftovers = {
  kind: "Lambda function",
  find: async ({ lambda }, prefix) =>
    (
      await collect(paginateListFunctions({ client: lambda }, {}), (page) =>
        (page.Functions ?? []).map(({ FunctionName }) => FunctionName),
      )
    ).filter(begins(prefix)),
  remove: ({ lambda }, FunctionName) => lambda.send(new DeleteFunctionCommand({ FunctionName })),
};

export const roles: Leftovers = {
  kind: "IAM role",
  find: async ({ iam }, prefix) =>
    (
      await collect(paginateListRoles({ client: iam }, {}), (page) =>
        (page.Roles ?? []).map(({ RoleName }) => RoleName),
      )
    ).filter(begins(prefix)),
  async remove({ iam }, RoleName) {
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    }
    await iam.send(new DeleteRoleCommand({ RoleName }));
  },
};
