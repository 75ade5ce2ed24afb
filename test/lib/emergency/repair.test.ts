import {
  CancelRotateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  RestoreSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { keysOf } from "../../../lab/clients.ts";
import { databaseSecretId } from "../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { until } from "../../standin/ecs-fixtures.ts";
import { Production } from "../settlement/production.ts";
import {
  ask,
  asked,
  attach,
  deniedOf,
  failedRotation,
  isAccepted,
  lastAlert,
  later,
  planned,
  session,
} from "./on-production.ts";

vi.setConfig({ testTimeout: 60_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const SecretId = databaseSecretId;
const repair = { action: "repair" };

const isOn = async ({ world }: Production) =>
  (await world.client.send(new DescribeSecretCommand({ SecretId }))).RotationEnabled === true;

const cancel = ({ world }: Production) =>
  world.client.send(new CancelRotateSecretCommand({ SecretId }));

const moves = (label: string) => (call: { operation: string; input: Record<string, unknown> }) =>
  call.operation === "UpdateSecretVersionStage" && call.input["VersionStage"] === label;
const writes = ({ operation }: { operation: string }) => operation === "PutSecretValue";

/** AWSCURRENT works, no rotation is left, and nothing is open but for the grace and the proofs of settlement. */
async function expectWell(production: Production): Promise<Record<string, string>> {
  expect(await isAccepted(production)).toBe(true);
  const labels = await production.world.labels();
  expect(labels["AWSPENDING"] ?? labels["AWSCURRENT"]).toBe(labels["AWSCURRENT"]);
  expect(labels["RETIRING"]).not.toBe(labels["AWSCURRENT"]);
  await production.settleToTheEnd();
  expect(await isAccepted(production)).toBe(true);
  expect((await production.world.labels())["RETIRING"]).toBeUndefined();
  return production.world.labels();
}

describe("a repair of AWSPENDING that was left behind", () => {
  it("with a value, by a rotation that gave up: a new one takes its place", async () => {
    await using production = await Production.open(server);
    const pending = await failedRotation(production, moves("AWSCURRENT"));
    expect(await planned(production, "repair")).toContain(`${pending} gave up in finishSecret`);
    await asked(production, repair);
    const { AWSCURRENT: current } = await expectWell(production);
    expect(current).not.toBe(pending);
    expect(await production.world.versionAccepted(pending)).toBe(false);
  });

  it("without a value", async () => {
    await using production = await Production.open(server);
    const pending = await failedRotation(production, writes);
    expect(await planned(production, "repair")).toContain(`${pending} gave up in createSecret`);
    await asked(production, repair);
    await expectWell(production);
  });

  it("without a value and without a word: not before it is quiet for long", {
    tags: "ci",
  }, async () => {
    await using production = await Production.open(server);
    await failedRotation(production, () => true);
    expect(await planned(production, "repair")).toContain("may be under way");
    using _ = later(600_000);
    expect(await planned(production, "repair")).toContain("no rotation is at work");
    await asked(production, repair);
    await expectWell(production);
  });

  it("while the schedule is off: it is removed, and rotation stays off", {
    tags: "ci",
  }, async () => {
    await using production = await Production.open(server);
    const { AWSCURRENT: before } = await production.world.labels();
    await failedRotation(production, moves("AWSCURRENT"));
    await cancel(production);
    await asked(production, repair);
    expect(await production.world.labels()).toMatchObject({ AWSCURRENT: before });
    expect((await production.world.labels())["AWSPENDING"]).toBeUndefined();
    expect(await isOn(production)).toBe(false);
    expect(await isAccepted(production)).toBe(true);
  });

  it("by hand, on a version that AWSCURRENT has left", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { AWSCURRENT: old = "" } = await production.world.labels();
    await production.rotate();
    await attach(production, "AWSPENDING", old);
    const { world } = production;
    const { AWSCURRENT: current } = await world.labels();
    await asked(production, repair);
    expect(await world.labels()).toMatchObject({ AWSCURRENT: current });
    await expectWell(production);
  });

  it("by a rotation after whose beginning AWSCURRENT was edited", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { world } = production;
    await failedRotation(production, moves("AWSCURRENT"));
    await world.put({ ...(await world.secret()), rotated_at: "by hand" });
    await asked(production, repair);
    await expectWell(production);
  });

  it("by a rollback that was killed", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { world } = production;
    const { AWSCURRENT: old } = await world.labels();
    await production.rotate();
    const { AWSCURRENT: current } = await world.labels();
    {
      using _ = deniedOf(production, "emergency-", moves("AWSCURRENT"));
      await asked(production, { action: "rollback" });
    }
    expect(await world.labels()).toMatchObject({ AWSPENDING: old, AWSCURRENT: current });
    expect(await planned(production, "repair")).toContain("was begun and not finished");
    await asked(production, repair);
    expect(await world.labels()).toMatchObject({ AWSCURRENT: current });
    await expectWell(production);
  });

  it("and taken off by hand, with a credential that works and that nobody holds", {
    tags: "ci",
  }, async () => {
    await using production = await Production.open(server);
    const { world } = production;
    const pending = await failedRotation(production, moves("AWSCURRENT"));
    await world.label("AWSPENDING", pending);
    await production.settle();
    await until(async () => {
      await production.settle();
      return production.alerts().includes("PENDING_ABANDONED");
    });
    expect(await world.versionAccepted(pending)).toBe(true);
    await asked(production, repair);
    await expectWell(production);
    expect(await world.versionAccepted(pending)).toBe(false);
  });
});

describe("a repair of RETIRING on AWSCURRENT", () => {
  it("with AWSPENDING removed by hand: settlement takes it off", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { world } = production;
    const pending = await failedRotation(production, moves("AWSCURRENT"));
    await world.label("AWSPENDING", pending);
    await cancel(production);
    const { RETIRING: retiring, AWSCURRENT: current } = await world.labels();
    expect(retiring).toBe(current);
    expect(await planned(production, "repair")).toContain("RETIRING is on AWSCURRENT");
    await asked(production, repair);
    expect((await world.labels())["RETIRING"]).toBeUndefined();
    expect((await world.labels())["AWSCURRENT"]).toBe(current);
  });

  it.each([true, false])(
    "with an in-place switch that was made half (rotation on: %s): it is completed by its own token",
    { tags: "ci" },
    async (isStillOn) => {
      await using production = await Production.open(server, "in-place");
      const { world } = production;
      const pending = await failedRotation(production, moves("RETIRING"));
      const { AWSCURRENT: current = "" } = await world.labels();
      await attach(production, "RETIRING", current);
      const made = await world.secret({ VersionId: pending });
      await server.setPassword(made.username, made.password);
      if (!isStillOn) await cancel(production);
      expect(await isAccepted(production)).toBe(false);
      await asked(production, repair);
      expect((await world.labels())["AWSCURRENT"]).toBe(pending);
      expect(await isOn(production)).toBe(isStillOn);
      await expectWell(production);
    },
  );
});

describe("a repair of a lock-out", () => {
  it("heals through the administrator, where rotation.yml names the users", async () => {
    await using production = await Production.open(server, "alternating-users", {
      namesUsers: true,
    });
    const { world } = production;
    await world.rotate();
    await production.settleToTheEnd();
    await server.setPassword((await world.secret()).username, "changed-by-hand");
    expect(await isAccepted(production)).toBe(false);
    expect(await planned(production, "repair")).toContain("the server refuses it");
    await asked(production, repair);
    await expectWell(production);
  });

  it.each(["alternating-users", "in-place"] as const)(
    "says what a person does where no administrator may heal it: %s",
    { tags: "ci" },
    async (strategy) => {
      await using production = await Production.open(server, strategy);
      const { world } = production;
      const { username } = await world.secret();
      await server.setPassword(username, "changed-by-hand");
      await asked(production, repair);
      expect(production.alerts()).toContain("EMERGENCY_REFUSED");
      expect(lastAlert(production)).toContain("aws secretsmanager put-secret-value");
      expect(lastAlert(production)).toContain("NO. New logins");
      await server.setPassword(username, "by-hand");
      const secret = { ...(await world.secret()), password: "by-hand" };
      await world.put({ ...secret, connection_string: server.url(secret) });
      await asked(production, repair);
      await expectWell(production);
    },
  );
});

it("a repair of a pair whose second user is in use ends its sessions, with leave", {
  tags: "ci",
}, async () => {
  await using production = await Production.open(server);
  const { world } = production;
  await production.rotate();
  await production.settleToTheEnd();
  const { AWSCURRENT: old = "" } = await world.labels();
  await using application = await session(await world.secret());
  await production.rotate();
  const { AWSCURRENT: current = "" } = await world.labels();
  await world.label("RETIRING", old);
  await world.label(`FROM-${old}`, current);
  expect((await world.rotate()).succeeded).toBe(false);

  await asked(production, repair);
  expect(production.alerts()).toContain("OTHER_USER_IN_USE");
  expect(lastAlert(production)).toContain("--end-sessions");
  expect((await world.labels())["AWSCURRENT"]).toBe(current);
  expect(await application.isOpen()).toBe(true);

  await asked(production, { ...repair, endSessions: true });
  await expectWell(production);
  expect((await world.labels())["AWSCURRENT"]).toMatch(/^leaked-/);
  expect(await application.isOpen()).toBe(false);
});

describe("a repair of what people did to the labels", () => {
  it("moves AWSCURRENT from a version that is refused to one that works", async () => {
    await using production = await Production.open(server);
    const { world } = production;
    const { AWSCURRENT: old = "" } = await world.labels();
    await production.rotate();
    await production.settleToTheEnd();
    const { AWSCURRENT: current = "" } = await world.labels();
    await world.label("AWSCURRENT", current, old);
    expect(await isAccepted(production)).toBe(false);
    expect(await planned(production, "repair")).toContain(`Version ${current} works`);
    await asked(production, repair);
    expect((await world.labels())["AWSCURRENT"]).toBe(current);
    await expectWell(production);
  });

  it("has RETIRING put back that was taken off", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { world } = production;
    await production.rotate();
    const { RETIRING: old = "" } = await world.labels();
    await world.label("RETIRING", old);
    await asked(production, repair);
    await vi.waitUntil(
      async () => (await world.labels())["RETIRING"] === old || !(await world.versionAccepted(old)),
    );
    await expectWell(production);
    expect(await world.versionAccepted(old)).toBe(false);
  });
});

it("a repair of a secret whose 20 labels are used up says so; with room, it goes on", {
  tags: "ci",
}, async () => {
  await using production = await Production.open(server);
  const { world } = production;
  await production.rotate();
  const { RETIRING: old = "", AWSCURRENT: current = "" } = await world.labels();
  await world.label("RETIRING", old);
  await world.label(`FROM-${old}`, current);
  await world.rememberMove(60_000);
  const used = Object.keys(await world.labels()).length;
  const own = Array.from({ length: 20 - used }, (_, index) => `OURS-${index}`);
  for (const label of own) await attach(production, label, current);
  await world.label("AWSCURRENT", current, old);
  using _ = later(120_000);
  await asked(production, repair);
  expect(production.alerts()).toContain("LABELS_EXHAUSTED");
  expect(await isAccepted(production)).toBe(true);
  for (const label of own) await world.label(label, current);
  await asked(production, repair);
  await expectWell(production);
  expect(await world.versionAccepted(current)).toBe(false);
});

it("a repair of a secret that was switched off while it was not settled has it settled", {
  tags: "ci",
}, async () => {
  await using production = await Production.open(server);
  const { world } = production;
  await production.rotate();
  const { RETIRING: old = "" } = await world.labels();
  await cancel(production);
  expect(await planned(production, "repair")).toContain(`Version ${old} is not retired yet`);
  await asked(production, repair);
  await until(async () => (await world.labels())["RETIRING"] === undefined);
  expect(await world.versionAccepted(old)).toBe(false);
  expect(await isOn(production)).toBe(false);
});

it("a repair empties the dead letters of settlement, and has everything looked at", async () => {
  await using production = await Production.open(server);
  const { world } = production;
  await production.connect(1);
  const { aws } = world;
  const queue = new SQSClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: keysOf(aws, "operator"),
  });
  const QueueUrl = `${aws.endpoint}/${aws.accountId}/settle-dead.fifo`;
  const message = {
    QueueUrl,
    MessageBody: "{}",
    MessageGroupId: "settlement",
    MessageDeduplicationId: "1",
  };
  await queue.send(new SendMessageCommand(message));
  const left = async () => {
    const AttributeNames = ["ApproximateNumberOfMessages" as const];
    const { Attributes } = await queue.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames }),
    );
    return Attributes?.["ApproximateNumberOfMessages"];
  };
  const plan = await ask(production, { ...repair, dryRun: true });
  expect(plan.notes).toEqual([expect.stringContaining("gave up on a message")]);
  expect(await left()).toBe("1");
  await asked(production, repair);
  expect(await left()).toBe("0");
  expect(production.calls("ListSecrets").length).toBeGreaterThan(0);
  queue.destroy();
});

it("a repair of a secret that was deleted in the middle of a rotation, and restored", {
  tags: "ci",
}, async () => {
  await using production = await Production.open(server);
  const { client } = production.world;
  await failedRotation(production, moves("AWSCURRENT"));
  await client.send(new DeleteSecretCommand({ SecretId }));
  const answer = await ask(production, repair);
  expect(answer).toMatchObject({
    outcome: "refused",
    secrets: [{ code: "SCHEDULED_FOR_DELETION" }],
  });
  await client.send(new RestoreSecretCommand({ SecretId }));
  await asked(production, repair);
  await expectWell(production);
});

it("a repair of a secret that is well says so, and proves it", async () => {
  await using production = await Production.open(server);
  const labels = await production.world.labels();
  const says = await planned(production, "repair");
  expect(says).toContain("Nothing is wrong with it.");
  expect(says).toContain("its server accepted it just now");
  await ask(production, repair);
  expect(await production.world.labels()).toEqual(labels);
});
