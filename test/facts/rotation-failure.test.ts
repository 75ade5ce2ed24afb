import { setTimeout as sleep } from "node:timers/promises";
import { CancelRotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import type { RotatorPlan } from "../../lab/conformance/rotator.ts";
import { secretsApi, secretsGuide, topic } from "./fact.ts";
import { moveLabel, put } from "./secrets.ts";

const INCOMPLETE = {
  name: "InvalidRequestException",
  message: "A previous rotation isn't complete. That rotation will be reattempted.",
};

/** A secret whose rotation is under way, with this plan. */
async function rotating(account: TestAccount, plan: RotatorPlan) {
  const secret = await account.createSecret("one", plan);
  const RotationLambdaARN = await account.rotator();
  const RotationRules = { AutomaticallyAfterDays: 90 };
  const token = await account.rotations.start(secret.name, { RotationLambdaARN, RotationRules });
  return { secret, token };
}

const patienceOf = ({ settings }: TestAccount) => settings?.retryPatienceMs ?? 3000;
const toldToFail = { fail: "setSecret" };

/** Long enough to look at what is under way, however slowly one looks. */
const slow = ({ side }: TestAccount) => ({
  slow: { step: "setSecret", seconds: side === "account" ? 20 : 2 },
});

topic("A rotation that fails", (fact) => {
  fact(
    "it is tried again from the first step, with the same token; AWSCURRENT stays, no LastRotatedDate appears",
    { source: secretsApi("DescribeSecret"), minutes: 20 },
    async (account) => {
      const { secret, token } = await rotating(account, toldToFail);
      await account.rotations.stepsSeen(secret, token, 2);
      const end = Date.now() + patienceOf(account);
      while (Date.now() < end && (await account.rotations.steps(secret, token)).length < 6) {
        await sleep(account.patience(1).every);
      }
      const steps = await account.rotations.steps(secret, token);
      const expected = steps.map((_, index) => (index % 2 === 0 ? "createSecret" : "setSecret"));
      expect(steps.map(({ step }) => step)).toEqual(expected);
      const described = await account.describe(secret.name);
      expect(described.VersionIdsToStages).toEqual({
        [secret.version]: ["AWSCURRENT"],
        [token]: ["AWSPENDING"],
      });
      expect(described).not.toHaveProperty("LastRotatedDate");
      const starts = steps.filter(({ step }) => step === "createSecret").map(({ at }) => at);
      if (starts.length < 2) {
        expect(account.side, "the stand-in tries again").toBe("account");
        return `no second attempt within ${patienceOf(account) / 60_000} minutes`;
      }
      const gaps = starts.slice(1).map((at, index) => (at - Number(starts[index])) / 1000);
      return `${starts.length} attempts, ${gaps.map((gap) => `${gap.toFixed(1)} s`).join(" and ")} apart`;
    },
  );

  fact(
    "a function that returns without having moved AWSCURRENT has failed",
    { source: secretsGuide("rotate-secrets_lambda-functions"), minutes: 20 },
    async (account) => {
      const { secret, token } = await rotating(account, { lazy: true });
      await account.rotations.stepsSeen(secret, token, 4);
      const end = Date.now() + patienceOf(account);
      while (Date.now() < end && (await account.rotations.steps(secret, token)).length < 5) {
        await sleep(account.patience(1).every);
      }
      const described = await account.describe(secret.name);
      expect(described.VersionIdsToStages?.[secret.version]).toEqual(["AWSCURRENT"]);
      expect(described).not.toHaveProperty("LastRotatedDate");
      const count = (await account.rotations.steps(secret, token)).length;
      return count > 4 ? "it is tried again" : "it is not tried again in this time";
    },
  );

  fact(
    "while AWSPENDING is on another version than AWSCURRENT, RotateSecret is refused",
    { source: secretsApi("RotateSecret"), minutes: 7 },
    async (account) => {
      const { secret, token } = await rotating(account, toldToFail);
      await account.rotations.stepsSeen(secret, token, 2);
      await expect(account.rotations.start(secret.name)).rejects.toMatchObject(INCOMPLETE);
    },
  );

  fact(
    "once AWSPENDING is removed by hand, a fresh rotation starts",
    { source: secretsGuide("troubleshoot_rotation"), minutes: 12 },
    async (account) => {
      const { secret, token } = await rotating(account, toldToFail);
      await account.rotations.stepsSeen(secret, token, 2);
      const { secrets } = account.clients;
      await secrets.send(new CancelRotateSecretCommand({ SecretId: secret.name }));
      await moveLabel(account, secret.name, "AWSPENDING", { from: token });
      const fresh = await account.rotations.start(secret.name);
      const [first] = await account.rotations.stepsSeen(secret, fresh, 1);
      expect(first?.step).toBe("createSecret");
    },
  );
});

topic("A rotation that is under way", (fact) => {
  fact(
    "a second one is refused",
    { source: secretsApi("RotateSecret"), minutes: 7 },
    async (account) => {
      const { secret, token } = await rotating(account, slow(account));
      await expect(account.rotations.start(secret.name)).rejects.toMatchObject(INCOMPLETE);
      await account.rotations.succeeded(secret, token);
    },
  );

  fact(
    "CancelRotateSecret tells the version, leaves AWSPENDING there, and blocks the next rotation",
    { source: secretsApi("CancelRotateSecret"), minutes: 7 },
    async (account) => {
      const { secret, token } = await rotating(account, slow(account));
      await account.rotations.stepsSeen(secret, token, 2);
      const cancel = new CancelRotateSecretCommand({ SecretId: secret.name });
      expect((await account.clients.secrets.send(cancel)).VersionId).toBe(token);
      await sleep(account.side === "account" ? 30_000 : 1000);
      const steps = (await account.rotations.steps(secret, token)).map(({ step }) => step);
      expect(steps).not.toContain("finishSecret");
      const described = await account.describe(secret.name);
      expect(described.RotationEnabled).toBe(false);
      expect(described.VersionIdsToStages).toEqual({
        [secret.version]: ["AWSCURRENT"],
        [token]: ["AWSPENDING"],
      });
      await expect(account.rotations.start(secret.name)).rejects.toMatchObject(INCOMPLETE);
      return `steps that ran: ${steps.join(", ")}`;
    },
  );

  fact(
    "a value written by hand takes AWSPENDING away and ends it; the version keeps its value",
    { source: secretsGuide("cloudtrail_log_entries"), minutes: 7 },
    async (account) => {
      const { secret, token } = await rotating(account, slow(account));
      await account.rotations.stepsSeen(secret, token, 2);
      const { VersionId = "" } = await put(account, secret.name, "by hand");
      await eventually("the end of AWSPENDING", account.patience(2), async () => {
        const labels = await account.labels(secret.name);
        return labels[token] === undefined;
      });
      expect(await account.labels(secret.name)).toEqual({
        [secret.version]: ["AWSPREVIOUS"],
        [VersionId]: ["AWSCURRENT"],
      });
      expect(await account.value(secret.name)).toBe("by hand");
    },
  );
});
