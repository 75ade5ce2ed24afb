import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import type { RotatorPlan } from "../../lab/conformance/rotator.ts";
import { secretsGuide, topic } from "./fact.ts";
import { moveLabel, put } from "./secrets.ts";

const labels = secretsGuide("event-detail-secret-label-updated-secretsmanager");
const trail = secretsGuide("cloudtrail_log_entries");
const TRAIL = "AWS Service Event via CloudTrail";

/** A secret whose rotation was started, and whose events are looked for. */
async function rotating(account: TestAccount, plan: RotatorPlan = {}, RotateImmediately = true) {
  const events = await account.events();
  const secret = await account.createSecret("one", plan);
  const token = await account.rotations.start(secret.name, {
    RotationLambdaARN: await account.rotator(),
    RotationRules: { AutomaticallyAfterDays: 90 },
    RotateImmediately,
  });
  return { events, secret, token };
}

topic("Events of Secrets Manager itself", (fact) => {
  fact(
    "a move of AWSCURRENT is told as Secret Label Updated, in its documented shape",
    { source: labels, minutes: 7 },
    async (account) => {
      const events = await account.events();
      const secret = await account.createSecret();
      const { VersionId } = await put(account, secret.name, "two");
      const event = await events.seen(
        secret,
        "the event of the new AWSCURRENT",
        ({ detail }) => detail["versionId"] === VersionId,
      );
      expect(event).toEqual({
        version: "0",
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        "detail-type": "Secret Label Updated",
        source: "aws.secretsmanager",
        account: account.accountId,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        region: account.region,
        resources: [secret.arn],
        detail: { name: secret.name, labelUpdated: "AWSCURRENT", versionId: VersionId },
      });
    },
  );

  fact(
    "labels of our own are told too; AWSPENDING, AWSPREVIOUS and a removal are not",
    { source: secretsGuide("secret-event-notifications"), minutes: 7 },
    async (account) => {
      const events = await account.events();
      const { name, arn, version } = await account.createSecret();
      const token = randomUUID();
      await put(account, name, "two", { stages: ["AWSPENDING"], token });
      await moveLabel(account, name, "RETIRING", { to: version });
      await moveLabel(account, name, "RETIRING", { from: version });
      await moveLabel(account, name, "AWSCURRENT", { from: version, to: token });
      await events.seen({ arn }, "the last move", ({ detail }) => detail["versionId"] === token);
      const seen = (await events.of({ arn }))
        .filter((event) => event["detail-type"] === "Secret Label Updated")
        .map(({ detail }) => `${detail["labelUpdated"]} ${detail["versionId"]}`);
      expect(seen.toSorted()).toEqual(
        [`AWSCURRENT ${version}`, `AWSCURRENT ${token}`, `RETIRING ${version}`].toSorted(),
      );
    },
  );
});

topic("Events by way of a trail", (fact) => {
  fact(
    "a rotation that succeeds is told, with the secret in additionalEventData",
    { source: trail, needs: "trail", minutes: 12 },
    async (account) => {
      const { events, secret, token } = await rotating(account);
      const event = await events.named(secret, "RotationSucceeded");
      expect(event).toMatchObject({
        "detail-type": TRAIL,
        source: "aws.secretsmanager",
        detail: {
          eventSource: "secretsmanager.amazonaws.com",
          eventType: "AwsServiceEvent",
          additionalEventData: { SecretId: secret.arn },
          recipientAccountId: account.accountId,
        },
      });
      const started = await events.named(secret, "RotationStarted");
      expect(started["detail-type"]).toBe(TRAIL);
      const id = String(event.detail["requestID"]);
      return `resources: ${JSON.stringify(event.resources)}; the token is ${id.includes(token) ? "in" : "not in"} requestID`;
    },
  );

  fact(
    "a rotation that fails is told, with the function and the step",
    { source: secretsGuide("troubleshoot_rotation"), needs: "trail", minutes: 12 },
    async (account) => {
      const { events, secret } = await rotating(account, { fail: "testSecret" });
      const { detail } = await events.named(secret, "RotationFailed");
      expect(detail["errorMessage"]).toMatch(
        /^Error when executing lambda arn:aws[\w-]*:lambda:\S+ during testSecret step/,
      );
      return String(detail["errorMessage"]).replace(/arn:\S+/, "<function>");
    },
  );

  fact(
    "a rotation that is overtaken by a new value is told as abandoned, and not as succeeded",
    { source: trail, needs: "trail", minutes: 12 },
    async (account) => {
      const seconds = account.side === "account" ? 20 : 1;
      const plan = { slow: { step: "setSecret", seconds } };
      const { events, secret, token } = await rotating(account, plan);
      await account.rotations.stepsSeen(secret, token, 2);
      await put(account, secret.name, "by hand");
      await events.named(secret, "RotationAbandoned");
      const names = (await events.of(secret)).map(({ detail }) => detail["eventName"]);
      expect(names).not.toContain("RotationSucceeded");
    },
  );

  for (const [plan, name] of [
    [{}, "TestRotationSucceeded"],
    [{ fail: "testSecret" }, "TestRotationFailed"],
  ] as const) {
    fact(
      `a lone testSecret is told as TestRotationStarted and ${name}`,
      { source: trail, needs: "trail", minutes: 12 },
      async (account) => {
        const { events, secret } = await rotating(account, plan, false);
        await events.named(secret, "TestRotationStarted");
        await events.named(secret, name);
      },
    );
  }
});
