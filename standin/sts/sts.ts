import { randomBytes } from "node:crypto";
import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { constraint, operationsOf } from "../checked-operation.ts";
import { newSecret, type Session, type UserTable, uniqueId } from "../iam/user-table.ts";

const operation = operationsOf(
  (violation) => new AwsError("ValidationError", constraint(violation)),
);

/**
 * https://docs.aws.amazon.com/STS/latest/APIReference/. Sessions of users are kept; those of roles are not: every other
 * access key id is a caller.
 */
export function sts({ accountId }: { accountId: string }, table: UserTable): Operations {
  return {
    GetCallerIdentity: operation(z.object({}), (_input, principal) => {
      const user = (table.keys.get(principal) ?? table.sessions.get(principal))?.user;
      return {
        UserId: user?.id ?? "AIDASTANDIN",
        Account: accountId,
        Arn: user?.arn ?? `arn:aws:iam::${accountId}:user/standin`,
      };
    }),
    AssumeRole: assumeRole(accountId),
    GetSessionToken: getSessionToken(table),
  };
}

/** For the key of a user: an administrator's session is made by AssumeRole. */
function getSessionToken(table: UserTable) {
  const shape = z.strictObject({
    DurationSeconds: z.coerce.number().int().min(900).max(129_600).default(43_200),
  });
  return operation(shape, ({ DurationSeconds }, principal) => {
    const key = table.keys.get(principal);
    if (!key) throw new AwsError("AccessDenied", "Cannot call GetSessionToken", 403);
    const issuedAt = new Date();
    const session: Session = {
      id: uniqueId("ASIA"),
      secret: newSecret(),
      token: randomBytes(60).toString("base64"),
      user: key.user,
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + DurationSeconds * 1000),
    };
    table.sessions.set(session.id, session);
    return {
      Credentials: {
        AccessKeyId: session.id,
        SecretAccessKey: session.secret,
        SessionToken: session.token,
        Expiration: session.expiresAt.toISOString(),
      },
    };
  });
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
