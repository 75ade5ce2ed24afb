import { CreateRoleCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { AssumeRoleCommand } from "@aws-sdk/client-sts";
import { type Clients, connect } from "./clients.ts";
import { eventually, type Patience } from "./eventually.ts";

/** One statement of a policy. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string;
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | readonly string[]>>>
  >;
}

interface RoleHost {
  readonly clients: Clients;
  readonly region: string;
  readonly partition: string;
  readonly accountId: string;
  readonly prefix: string;
  name(): string;
  patience(minutes: number): Patience;
}

/**
 * A role that this account may assume, with all rights on secrets and IAM users of this run, and to roll its services. What is tried is narrowed by the
 * policy of each session: a call is allowed where role and session both allow it.
 * @returns the role's ARN
 */
export async function createRole(host: RoleHost): Promise<string> {
  const { clients, partition, accountId, prefix } = host;
  const RoleName = host.name();
  const root = `arn:${partition}:iam::${accountId}:root`;
  const trust = { Effect: "Allow", Principal: { AWS: root }, Action: "sts:AssumeRole" };
  const created = await clients.iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document([trust]) }),
  );
  const all: Statement = {
    Effect: "Allow",
    Action: "secretsmanager:*",
    Resource: `arn:${partition}:secretsmanager:*:*:secret:${prefix}*`,
  };
  const invoke: Statement = {
    Effect: "Allow",
    Action: "lambda:InvokeFunction",
    Resource: `arn:${partition}:lambda:*:*:function:${prefix}*`,
  };
  const roll: Statement = {
    Effect: "Allow",
    Action: "ecs:UpdateService",
    Resource: `arn:${partition}:ecs:*:*:service/${prefix}*`,
  };
  const administer: Statement = {
    Effect: "Allow",
    Action: "iam:*",
    Resource: `arn:${partition}:iam::${accountId}:user/${prefix}*`,
  };
  const PolicyDocument = document([all, invoke, roll, administer]);
  const policy = { RoleName, PolicyName: "secrets", PolicyDocument };
  await clients.iam.send(new PutRolePolicyCommand(policy));
  return created.Role?.Arn ?? "";
}

/** Clients of a session of this role, which may do what these statements say and no more. */
export async function openSession(
  host: RoleHost,
  RoleArn: string,
  statements: readonly Statement[],
): Promise<Clients> {
  const assume = new AssumeRoleCommand({
    RoleArn,
    RoleSessionName: RoleArn.split("/").at(-1),
    DurationSeconds: 900,
    Policy: document(statements),
  });
  // A new role is not known everywhere at once.
  const { Credentials } = await eventually("the role", host.patience(2), () =>
    host.clients.sts.send(assume).catch(({ name }: Error) => {
      if (name === "AccessDenied") return undefined;
      throw new Error(`AssumeRole failed: ${name}`);
    }),
  );
  return connect({
    region: host.region,
    credentials: {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      sessionToken: Credentials?.SessionToken ?? "",
    },
  });
}

const document = (Statement: readonly object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement });
