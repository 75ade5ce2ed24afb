import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  TagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { createRole, openSession, type Statement } from "../../lab/conformance/session.ts";
import { topic } from "./fact.ts";
import { moveLabel, put } from "./secrets.ts";

const keys =
  "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html";
const only = ["account", "the stand-in denies nothing"] as const;
const claim = { source: keys, only, minutes: 10 };
const DENIED = { name: "AccessDeniedException" };

const allow = (Action: string | string[], Condition?: Statement["Condition"]): Statement => ({
  Effect: "Allow",
  Action,
  Resource: "*",
  ...(Condition && { Condition }),
});

/** A client that may do what the statements say, once the new role works. */
async function narrowed(account: TestAccount, ...statements: Statement[]) {
  const role = await createRole(account);
  const { secrets } = await openSession(account, role, [
    allow("secretsmanager:DescribeSecret"),
    ...statements,
  ]);
  const { name: SecretId } = await account.createSecret();
  await eventually("the rights of the role", account.patience(2), () =>
    secrets.send(new DescribeSecretCommand({ SecretId })).catch(() => undefined),
  );
  return secrets;
}

topic("Conditions of roles", (fact) => {
  fact(
    "secretsmanager:VersionStage limits UpdateSecretVersionStage to one label",
    claim,
    async (account) => {
      const secrets = await narrowed(
        account,
        allow("secretsmanager:UpdateSecretVersionStage", {
          StringEquals: { "secretsmanager:VersionStage": "RETIRING" },
        }),
      );
      const limited = { clients: { secrets } };
      const { name, version } = await account.createSecret();
      const { VersionId: two = "" } = await put(account, name, "two", { stages: ["AWSPENDING"] });
      await moveLabel(limited, name, "RETIRING", { to: version });
      await moveLabel(limited, name, "RETIRING", { from: version });
      const current = { from: version, to: two };
      await expect(moveLabel(limited, name, "AWSCURRENT", current)).rejects.toMatchObject(DENIED);
    },
  );

  fact(
    "secretsmanager:VersionStage in GetSecretValue is what the request names, and absent otherwise",
    claim,
    async (account) => {
      const secrets = await narrowed(
        account,
        allow("secretsmanager:GetSecretValue", {
          StringEquals: { "secretsmanager:VersionStage": "AWSCURRENT" },
        }),
      );
      const { name: SecretId } = await account.createSecret();
      await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage: "AWSCURRENT" }));
      await expect(secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject(
        DENIED,
      );
    },
  );

  fact(
    "resource/AllowRotationLambdaArn limits a role to secrets that name the function",
    claim,
    async (account) => {
      const RotationLambdaARN = await account.rotator();
      const secrets = await narrowed(
        account,
        allow(["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"], {
          StringEquals: { "secretsmanager:resource/AllowRotationLambdaArn": RotationLambdaARN },
        }),
      );
      const [own, other] = [await account.createSecret(), await account.createSecret()];
      const RotationRules = { AutomaticallyAfterDays: 90 };
      await account.rotations.start(own.name, {
        RotationLambdaARN,
        RotationRules,
        RotateImmediately: false,
      });
      await secrets.send(new GetSecretValueCommand({ SecretId: own.name }));
      const write = { SecretString: "two", VersionStages: ["AWSPENDING"] };
      await secrets.send(new PutSecretValueCommand({ SecretId: own.name, ...write }));
      for (const attempt of [
        secrets.send(new GetSecretValueCommand({ SecretId: other.name })),
        secrets.send(new PutSecretValueCommand({ SecretId: other.name, ...write })),
      ]) {
        await expect(attempt).rejects.toMatchObject(DENIED);
      }
    },
  );

  fact(
    "ModifyRotationRules and RotationLambdaARN are false or absent where RotateSecret changes nothing: Null and BoolIfExists let that through, and no other",
    claim,
    async (account) => {
      const secrets = await narrowed(
        account,
        allow("secretsmanager:RotateSecret", {
          Null: { "secretsmanager:RotationLambdaARN": "true" },
          BoolIfExists: { "secretsmanager:ModifyRotationRules": "false" },
        }),
        allow("lambda:InvokeFunction"),
      );
      const { name: SecretId, arn } = await account.createSecret();
      const RotationLambdaARN = await account.rotator();
      const RotationRules = { AutomaticallyAfterDays: 90 };
      const first = await account.rotations.start(SecretId, { RotationLambdaARN, RotationRules });
      await account.rotations.succeeded({ arn }, first);
      for (const more of [{ RotationLambdaARN }, { RotationRules }]) {
        await expect(
          secrets.send(new RotateSecretCommand({ SecretId, ...more })),
        ).rejects.toMatchObject(DENIED);
      }
      await secrets.send(new RotateSecretCommand({ SecretId }));
    },
  );

  fact(
    "resource/AllowRotationLambdaArn holds on while rotation is switched off",
    claim,
    async (account) => {
      const RotationLambdaARN = await account.rotator();
      const secrets = await narrowed(
        account,
        allow("secretsmanager:GetSecretValue", {
          StringEquals: { "secretsmanager:resource/AllowRotationLambdaArn": RotationLambdaARN },
        }),
      );
      const { name: SecretId } = await account.createSecret();
      const RotationRules = { AutomaticallyAfterDays: 90 };
      const how = { RotationLambdaARN, RotationRules, RotateImmediately: false };
      await account.rotations.start(SecretId, how);
      await account.clients.secrets.send(new CancelRotateSecretCommand({ SecretId }));
      await secrets.send(new GetSecretValueCommand({ SecretId }));
    },
  );

  fact(
    "RotationLambdaARN and RotateImmediately limit RotateSecret to setting a schedule for one function",
    claim,
    async (account) => {
      const RotationLambdaARN = await account.rotator();
      const secrets = await narrowed(
        account,
        allow("secretsmanager:RotateSecret", {
          StringEquals: { "secretsmanager:RotationLambdaARN": RotationLambdaARN },
          Bool: { "secretsmanager:RotateImmediately": "false" },
        }),
        allow("lambda:InvokeFunction"),
      );
      const { name: SecretId } = await account.createSecret();
      const RotationRules = { AutomaticallyAfterDays: 90 };
      const how = { SecretId, RotationLambdaARN, RotationRules };
      for (const more of [{ RotateImmediately: true }, {}]) {
        const attempt = secrets.send(new RotateSecretCommand({ ...how, ...more }));
        await expect(attempt).rejects.toMatchObject(DENIED);
      }
      await secrets.send(new RotateSecretCommand({ ...how, RotateImmediately: false }));
    },
  );

  fact("aws:TagKeys limits TagResource to keys of ours", claim, async (account) => {
    const secrets = await narrowed(
      account,
      allow("secretsmanager:TagResource", {
        "ForAllValues:StringLike": { "aws:TagKeys": "quarterturn:*" },
      }),
    );
    const { name: SecretId } = await account.createSecret();
    const tag = (Key: string) =>
      secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value: "v" }] }));
    await tag("quarterturn:test");
    await expect(tag("team")).rejects.toMatchObject(DENIED);
  });
});
