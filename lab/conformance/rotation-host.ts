import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { rotatorArchive } from "./archive.ts";
import type { Clients } from "./clients.ts";
import { retriedWhile } from "./eventually.ts";

/** Of a role that a service may assume. */
export const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** What the function may do. It may not write logs, or a log group would stay behind. */
function policy(partition: string, prefix: string): string {
  const allow = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      allow(
        ["DescribeSecret", "GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"].map(
          (action) => `secretsmanager:${action}`,
        ),
        `arn:${partition}:secretsmanager:*:*:secret:${prefix}*`,
      ),
      allow(
        ["SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"].map(
          (action) => `sqs:${action}`,
        ),
        `arn:${partition}:sqs:*:*:${prefix}*`,
      ),
    ],
  });
}

/**
 * Makes the function of the facts and returns its ARN.
 * @param name of the function and its role; what it may touch begins with `prefix`
 */
export async function deployRotator(
  { iam, lambda }: Clients,
  at: { name: string; prefix: string; partition: string; accountId: string; evidence: string },
): Promise<string> {
  const { name, prefix, partition, accountId } = at;
  const created = await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: trust("lambda.amazonaws.com"),
    }),
  );
  const PolicyDocument = policy(partition, prefix);
  await iam.send(new PutRolePolicyCommand({ RoleName: name, PolicyName: "facts", PolicyDocument }));
  const ZipFile = await rotatorArchive();
  const create = new CreateFunctionCommand({
    FunctionName: name,
    Runtime: "nodejs24.x",
    Role: created.Role?.Arn,
    Handler: "index.handler",
    Code: { ZipFile },
    Timeout: 30,
    MemorySize: 512,
    Environment: { Variables: { EVIDENCE: at.evidence } },
  });
  // A new role cannot be assumed for some seconds.
  const { FunctionArn = "" } = await retriedWhile(
    "InvalidParameterValueException",
    { within: 60_000, every: 3000 },
    () => lambda.send(create),
  );
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: name,
      StatementId: "secrets-manager",
      Action: "lambda:InvokeFunction",
      Principal: "secretsmanager.amazonaws.com",
      SourceAccount: accountId,
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 120 }, { FunctionName: name });
  return FunctionArn;
}
