import { randomUUID } from "node:crypto";
import { CancelRotateSecretCommand, ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import { localstack, moto, secretsApi, secretsGuide, topic } from "./fact.ts";
import { moveLabel, put } from "./secrets.ts";

const DAY = 86_400_000;
const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"];
const howItWorks = secretsGuide("rotate-secrets_lambda-functions");

async function rotation(account: TestAccount, days = 90) {
  return {
    RotationLambdaARN: await account.rotator(),
    RotationRules: { AutomaticallyAfterDays: days },
  };
}

/** What ListSecrets says of this secret, once it says that rotation is off. */
function listedAsOff(account: TestAccount, name: string) {
  return eventually("ListSecrets to catch up", account.patience(6), async () => {
    const { SecretList = [] } = await account.clients.secrets.send(
      new ListSecretsCommand({ Filters: [{ Key: "name", Values: [name] }] }),
    );
    return SecretList[0]?.RotationEnabled === false && SecretList[0];
  });
}

topic("A rotation", (fact) => {
  fact(
    "RotateSecret answers with the token as the version; four steps follow in order, each with its four members",
    { source: howItWorks, minutes: 7 },
    async (account) => {
      const secret = await account.createSecret();
      const token = await account.rotations.start(secret.name, await rotation(account));
      const steps = await account.rotations.stepsSeen(secret, token, 4);
      expect(steps.map(({ step }) => step)).toEqual(STEPS);
      for (const { members } of steps) {
        expect(members).toEqual(expect.arrayContaining(["ClientRequestToken", "SecretId", "Step"]));
      }
      await account.rotations.succeeded(secret, token);
      expect(await account.value(secret.name)).toBe("one+");
      const known = ["ClientRequestToken", "RotationToken", "SecretId", "Step"];
      const all = new Set(steps.flatMap(({ members }) => members));
      const others = [...all].filter((member) => !known.includes(member));
      return `RotationToken ${all.has("RotationToken") ? "is" : "is not"} in the event; others: ${others.join(", ") || "none"}`;
    },
  );

  fact(
    "in createSecret the version is AWSPENDING already, without a value",
    { source: moto("test_rotate_secret_using_lambda"), minutes: 7 },
    async (account) => {
      const secret = await account.createSecret();
      const token = await account.rotations.start(secret.name, await rotation(account));
      const [first] = await account.rotations.stepsSeen(secret, token, 1);
      expect(first?.versions[token]).toEqual(["AWSPENDING"]);
      expect(first?.pending.error).toBe("ResourceNotFoundException");
      await account.rotations.succeeded(secret, token);
    },
  );

  fact(
    "afterwards AWSPENDING is gone or with AWSCURRENT, and the dates are set",
    { source: localstack("test_rotate_secret_with_lambda_success"), minutes: 7 },
    async (account) => {
      const secret = await account.createSecret();
      const before = Date.now();
      const token = await account.rotations.start(secret.name, await rotation(account, 10));
      const described = await account.rotations.succeeded(secret, token);
      const labels = described.VersionIdsToStages ?? {};
      expect(labels[secret.version]).toEqual(["AWSPREVIOUS"]);
      expect(["AWSCURRENT", "AWSCURRENT,AWSPENDING"]).toContain(labels[token]?.toSorted().join());
      expect(described).toMatchObject({
        RotationEnabled: true,
        RotationLambdaARN: await account.rotator(),
        RotationRules: { AutomaticallyAfterDays: 10 },
      });
      expect(Number(described.LastRotatedDate)).toBeGreaterThanOrEqual(before - 60_000);
      const rotatedOn = Math.floor(Number(described.LastRotatedDate) / DAY) * DAY;
      expect(Number(described.NextRotationDate)).toBeGreaterThan(rotatedOn + 9 * DAY);
      expect(Number(described.NextRotationDate)).toBeLessThanOrEqual(rotatedOn + 11 * DAY);
      return `AWSPENDING ${labels[token]?.includes("AWSPENDING") ? "stays with AWSCURRENT" : "is gone"}; NextRotationDate is ${described.NextRotationDate?.toISOString()}`;
    },
  );

  fact(
    "AutomaticallyAfterDays stands beside the ScheduleExpression after a success",
    { source: secretsApi("RotationRulesType"), minutes: 7 },
    async (account) => {
      const secret = await account.createSecret();
      const RotationRules = { ScheduleExpression: "cron(0 8 1 * ? *)", Duration: "3h" };
      const token = await account.rotations.start(secret.name, {
        RotationLambdaARN: await account.rotator(),
        RotationRules,
      });
      const described = await account.rotations.succeeded(secret, token);
      expect(described.RotationRules).toMatchObject(RotationRules);
      expect(described.RotationRules?.AutomaticallyAfterDays).toBeGreaterThan(0);
      const next = described.NextRotationDate;
      expect([next?.getUTCDate(), next?.getUTCHours()]).toEqual([1, expect.toSatisfy(isInWindow)]);
      return `NextRotationDate is ${next?.toISOString()}`;
    },
  );

  fact(
    "a label of our own, attached in finishSecret before AWSCURRENT moves, disturbs nothing: neither this rotation nor the next",
    { source: secretsApi("UpdateSecretVersionStage"), minutes: 12 },
    async (account) => {
      const secret = await account.createSecret("one", { label: "RETIRING" });
      const first = await account.rotations.start(secret.name, await rotation(account));
      await account.rotations.succeeded(secret, first);
      expect((await account.labels(secret.name))[secret.version]?.toSorted()).toEqual([
        "AWSPREVIOUS",
        "RETIRING",
      ]);
      const second = await account.rotations.start(secret.name);
      await eventually("the second rotation", account.patience(5), async () =>
        (await account.labels(secret.name))[second]?.includes("AWSCURRENT"),
      );
      expect((await account.labels(secret.name))[first]?.toSorted()).toEqual([
        "AWSPREVIOUS",
        "RETIRING",
      ]);
    },
  );

  fact(
    "a token may have any characters: leaked-<uuid> becomes the version",
    { source: secretsApi("RotateSecret"), minutes: 7 },
    async (account) => {
      const secret = await account.createSecret();
      const ClientRequestToken = `leaked-${randomUUID()}`;
      await account.rotations.start(secret.name, {
        ...(await rotation(account)),
        ClientRequestToken,
      });
      await account.rotations.succeeded(secret, ClientRequestToken);
    },
  );

  fact(
    "RotateSecret without anything but the secret uses what is stored",
    { source: secretsApi("RotateSecret"), minutes: 12 },
    async (account) => {
      const secret = await account.createSecret();
      await account.rotations.succeeded(
        secret,
        await account.rotations.start(secret.name, await rotation(account, 33)),
      );
      await account.rotations.succeeded(secret, await account.rotations.start(secret.name));
      const { RotationRules } = await account.describe(secret.name);
      expect(RotationRules?.AutomaticallyAfterDays).toBe(33);
    },
  );
});

topic("What RotateSecret refuses", (fact) => {
  fact(
    "a secret without a function",
    { source: localstack("test_first_rotate_secret_with_missing_lambda_arn") },
    async (account) => {
      const { name } = await account.createSecret();
      await expect(account.rotations.start(name)).rejects.toMatchObject({
        name: "InvalidRequestException",
        message: "No Lambda rotation function ARN is associated with this secret.",
      });
    },
  );

  fact(
    "a function that Secrets Manager may not invoke, or that is not there",
    { source: localstack("test_rotate_secret_invalid_lambda_arn") },
    async (account) => {
      const { name } = await account.createSecret();
      const { partition, region, accountId } = account;
      const RotationLambdaARN = `arn:${partition}:lambda:${region}:${accountId}:function:${account.name()}`;
      const RotationRules = { AutomaticallyAfterDays: 90 };
      await expect(
        account.rotations.start(name, { RotationLambdaARN, RotationRules }),
      ).rejects.toMatchObject({
        name: "AccessDeniedException",
        message:
          "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
      });
      expect(await account.describe(name)).not.toHaveProperty("RotationEnabled");
    },
  );

  fact(
    "days and an expression together",
    { source: "https://github.com/hashicorp/terraform-provider-aws/issues/33329" },
    async (account) => {
      const { name } = await account.createSecret();
      const RotationRules = {
        AutomaticallyAfterDays: 90,
        ScheduleExpression: "rate(90 days)",
      };
      const RotationLambdaARN = await account.rotator();
      await expect(
        account.rotations.start(name, { RotationLambdaARN, RotationRules }),
      ).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: "You cannot specify both rotation frequency and schedule expression together.",
      });
    },
  );

  for (const RotationRules of [
    { AutomaticallyAfterDays: 0 },
    { AutomaticallyAfterDays: 1001 },
    { ScheduleExpression: "rate(3 hours)" },
    { ScheduleExpression: "every now and then" },
    { ScheduleExpression: "cron(30 8 * * ? *)" },
    { ScheduleExpression: "cron(0 8 * * ? *)", Duration: "25h" },
  ]) {
    fact(
      `the schedule ${JSON.stringify(RotationRules)}`,
      { source: secretsGuide("rotate-secrets_schedule") },
      async (account) => {
        const { name } = await account.createSecret();
        const RotationLambdaARN = await account.rotator();
        await expect(
          account.rotations.start(name, { RotationLambdaARN, RotationRules }),
        ).rejects.toMatchObject({
          name: expect.stringMatching(/^(InvalidParameter|Validation)Exception$/),
        });
      },
    );
  }
});

topic("RotateImmediately=false", (fact) => {
  fact(
    "testSecret runs alone, on an AWSPENDING version that is removed again; labels of our own stay",
    { source: moto("test_rotate_secret_using_lambda_dont_rotate_immediately"), minutes: 7 },
    async (account) => {
      const secret = await account.createSecret();
      const { VersionId: two = "" } = await put(account, secret.name, "two");
      await moveLabel(account, secret.name, "RETIRING", { to: secret.version });
      const token = await account.rotations.start(secret.name, {
        ...(await rotation(account, 30)),
        RotateImmediately: false,
      });
      const [seen] = await account.rotations.stepsSeen(secret, token, 1);
      expect(seen?.step).toBe("testSecret");
      expect(seen?.versions[token]).toEqual(["AWSPENDING"]);
      await eventually("the end of the test", account.patience(5), async () => {
        const labels = await account.labels(secret.name);
        return labels[token] === undefined;
      });
      expect((await account.rotations.steps(secret, token)).map(({ step }) => step)).toEqual([
        "testSecret",
      ]);
      const described = await account.describe(secret.name);
      expect(described.VersionIdsToStages).toEqual({
        [secret.version]: ["AWSPREVIOUS", "RETIRING"],
        [two]: ["AWSCURRENT"],
      });
      const { value, error } = seen?.pending ?? {};
      return `the pending version ${value === undefined ? `has no value (${error})` : value === "two" ? "holds the value of AWSCURRENT" : "holds another value"}`;
    },
  );

  fact(
    "rotation is on afterwards, with a NextRotationDate and without a LastRotatedDate",
    { source: secretsApi("DescribeSecret"), minutes: 7 },
    async (account) => {
      const secret = await account.createSecret();
      const token = await account.rotations.start(secret.name, {
        ...(await rotation(account, 30)),
        RotateImmediately: false,
      });
      await account.rotations.stepsSeen(secret, token, 1);
      const described = await account.describe(secret.name);
      expect(described.RotationEnabled).toBe(true);
      expect(described.NextRotationDate).toBeInstanceOf(Date);
      expect(described).not.toHaveProperty("LastRotatedDate");
      return `NextRotationDate is in ${((Number(described.NextRotationDate) - Date.now()) / DAY).toFixed(1)} days of 30`;
    },
  );
});

topic("The dates of a rotated secret", (fact) => {
  fact(
    "a value written by hand moves no LastRotatedDate, a label neither",
    { source: secretsApi("SecretListEntry"), minutes: 7 },
    async (account) => {
      const secret = await account.createSecret();
      const token = await account.rotations.start(secret.name, await rotation(account));
      const before = await account.rotations.succeeded(secret, token);
      await put(account, secret.name, "by hand");
      await moveLabel(account, secret.name, "RETIRING", { to: token });
      const after = await account.describe(secret.name);
      expect(after.LastRotatedDate).toEqual(before.LastRotatedDate);
      expect(Number(after.LastChangedDate)).toBeGreaterThan(Number(before.LastChangedDate));
    },
  );

  fact(
    "CancelRotateSecret turns RotationEnabled off and keeps function and rules; NextRotationDate goes",
    { source: secretsApi("CancelRotateSecret"), minutes: 14 },
    async (account) => {
      const { clients } = account;
      const secret = await account.createSecret();
      await account.rotations.succeeded(
        secret,
        await account.rotations.start(secret.name, await rotation(account, 44)),
      );
      await clients.secrets.send(new CancelRotateSecretCommand({ SecretId: secret.name }));
      const described = await account.describe(secret.name);
      expect(described).toMatchObject({
        RotationEnabled: false,
        RotationLambdaARN: await account.rotator(),
        RotationRules: { AutomaticallyAfterDays: 44 },
      });
      expect(described).not.toHaveProperty("NextRotationDate");
      const entry = await listedAsOff(account, secret.name);
      const shown = (date: Date | undefined) => (date ? "stays" : "goes");
      return `LastRotatedDate ${shown(described.LastRotatedDate)} in DescribeSecret and ${shown(entry.LastRotatedDate)} in ListSecrets`;
    },
  );

  fact(
    "RotateSecret turns a cancelled rotation on again, with the rules that it had",
    { source: secretsApi("CancelRotateSecret"), minutes: 14 },
    async (account) => {
      const secret = await account.createSecret();
      await account.rotations.succeeded(
        secret,
        await account.rotations.start(secret.name, await rotation(account, 44)),
      );
      await account.clients.secrets.send(new CancelRotateSecretCommand({ SecretId: secret.name }));
      await account.rotations.succeeded(secret, await account.rotations.start(secret.name));
      expect(await account.describe(secret.name)).toMatchObject({
        RotationEnabled: true,
        RotationRules: { AutomaticallyAfterDays: 44 },
      });
    },
  );

  fact(
    "a secret whose rotation was never configured cannot be cancelled",
    { source: secretsApi("CancelRotateSecret") },
    async (account) => {
      const { name: SecretId } = await account.createSecret();
      const cancel = new CancelRotateSecretCommand({ SecretId });
      await expect(account.clients.secrets.send(cancel)).rejects.toMatchObject({
        name: "InvalidRequestException",
      });
    },
  );
});

/** 08:00 to 11:00 UTC, its end included. */
function isInWindow(hour: unknown): boolean {
  return typeof hour === "number" && hour >= 8 && hour <= 11;
}
