import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

const operation = operationsOf(
  (violation) => new AwsError("ValidationError", constraint(violation)),
);

/** https://docs.aws.amazon.com/STS/latest/APIReference/. Sessions are not kept: every access key id is a caller. */
export function sts({ accountId }: { accountId: string }): Operations {
  return {
    GetCallerIdentity: operation(z.object({}), () => ({
      UserId: "AIDASTANDIN",
      Account: accountId,
      Arn: `arn:aws:iam::${accountId}:user/standin`,
    })),
    AssumeRole: assumeRole(accountId),
  };
}

function assumeRole(accountId: string) {
  const shape = z.object({
    RoleArn: z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/),
    RoleSessionName: z.string().regex(/^[\w+=,.@-]{2,64}$/),
    Policy: z.string().max(2048).optional(),
    DurationSeconds: z.coerce.number().int().min(900).max(43_200).default(3600),
  });
  return operation(shape, ({ RoleArn, RoleSessionName, DurationSeconds }) => {
    const role = RoleArn.split(":role/")[1];
    return {
      Credentials: {
        AccessKeyId: `ASIA-${RoleSessionName.replaceAll(/[^\w-]/g, "-")}`,
        SecretAccessKey: randomBytes(30).toString("base64url"),
        SessionToken: randomBytes(30).toString("base64url"),
        Expiration: new Date(Date.now() + DurationSeconds * 1000).toISOString(),
      },
      AssumedRoleUser: {
        AssumedRoleId: `AROASTANDIN:${RoleSessionName}`,
        Arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${RoleSessionName}`,
      },
    };
  });
}
