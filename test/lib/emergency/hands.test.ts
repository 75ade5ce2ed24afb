import {
  CancelRotateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { databaseSecretId as secret } from "../../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { AwsError } from "../../../standin/aws.ts";
import { sampled } from "../../everything.ts";
import { until } from "../../standin/ecs-fixtures.ts";
import { Production } from "../settlement/production.ts";
import { ask, asked, deniedOf, lastAlert } from "./on-production.ts";

vi.setConfig({ testTimeout: 120_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const moved = ({ world }: Production, VersionStage: string, from: string, to?: string) =>
  world.client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: secret,
      VersionStage,
      RemoveFromVersionId: from,
      ...(to && { MoveToVersionId: to }),
    }),
  );

/** Starts it, and hands over the new version at the moment of its promotion. */
async function promoted(production: Production, old: string): Promise<string> {
  await ask(production, { action: "leaked" });
  return until(async () => {
    const { AWSCURRENT } = await production.world.labels();
    return AWSCURRENT !== old && AWSCURRENT;
  });
}

/** What leaked lives, and on-call reads nothing else. */
async function refusedThoughAlive(production: Production): Promise<void> {
  await until(async () => production.alerts().includes("EMERGENCY_REFUSED"));
  expect(lastAlert(production)).toContain("What leaked may still work.");
  expect(production.over()).toEqual([]);
}

describe("what leaked and cannot be ended is told as such, and not as over", () => {
  it.each(sampled(["RotateSecret", "TagResource", "DescribeSecret"], 2))(
    "its role lacks the right to %s",
    async (operation) => {
      await using production = await Production.open(server);
      const { world } = production;
      const { AWSCURRENT: version = "" } = await world.labels();
      const isAllowed = operation === "DescribeSecret" ? 1 : 0;
      let count = 0;
      using _ = world.aws.intercept({
        before(call) {
          if (!call.principal.startsWith("emergency-") || call.operation !== operation) return;
          count += 1;
          if (count > isAllowed) throw new AwsError("AccessDeniedException", "no");
        },
      });
      expect(await ask(production, { action: "leaked" })).toMatchObject({ outcome: "started" });
      await refusedThoughAlive(production);
      expect(await world.versionAccepted(version)).toBe(true);
    },
  );

  it("the secret was deleted in between", async () => {
    await using production = await Production.open(server);
    const { world } = production;
    using _ = deniedOf(production, "rotate-", () => true);
    await ask(production, { action: "leaked" });
    await until(async () => (await world.labels())["AWSPENDING"] !== undefined);
    const input = { SecretId: secret, RecoveryWindowInDays: 7 };
    await world.client.send(new DeleteSecretCommand(input));
    await refusedThoughAlive(production);
    expect(lastAlert(production)).toContain("restore-secret");
  });
});

describe("what leaked is dead when it is told as over", () => {
  const over = async (production: Production, version: string) => {
    await until(async () => production.over().includes("EMERGENCY"));
    const { world } = production;
    expect(await world.versionAccepted(version)).toBe(false);
    expect(await world.accepts(await world.secret())).toBe(true);
  };

  it("though somebody takes RETIRING off", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { AWSCURRENT: version = "" } = await production.world.labels();
    await promoted(production, version);
    await moved(production, "RETIRING", version);
    await over(production, version);
  });

  it("though somebody moves AWSCURRENT back", async () => {
    await using production = await Production.open(server);
    await production.connect(1);
    const { AWSCURRENT: version = "" } = await production.world.labels();
    await moved(production, "AWSCURRENT", await promoted(production, version), version);
    await over(production, version);
  });

  it("though somebody switches rotation off, which is off in the end", async () => {
    await using production = await Production.open(server);
    const { world } = production;
    const { AWSCURRENT: version = "" } = await world.labels();
    {
      using _ = deniedOf(production, "rotate-", () => true);
      await ask(production, { action: "leaked" });
      await until(async () => (await world.labels())["AWSPENDING"] !== undefined);
      await world.client.send(new CancelRotateSecretCommand({ SecretId: secret }));
    }
    await over(production, version);
    const { RotationEnabled } = await world.client.send(
      new DescribeSecretCommand({ SecretId: secret }),
    );
    expect(RotationEnabled).toBe(false);
  });

  it("though a plain rotation had the same id", async () => {
    await using production = await Production.open(server);
    await production.connect(1);
    await asked(production, { action: "rotate", id: "INC-9" });
    const { AWSCURRENT: version = "" } = await production.world.labels();
    await ask(production, { action: "leaked", id: "INC-9" });
    await until(async () => production.over().length === 2);
    await over(production, version);
  });
});

it("is told once where what was told cannot be remembered", { tags: "ci" }, async () => {
  await using production = await Production.open(server);
  const { aws } = production.world;
  let ends = 0;
  using _ = aws.intercept({
    before({ service, principal, operation }) {
      if (service !== "ssm" || !principal.startsWith("emergency-")) return;
      if (operation === "GetParametersByPath") ends += 1;
      throw new AwsError("AccessDeniedException", "no");
    },
  });
  await ask(production, { action: "leaked" });
  // At its beginning, at its end, and when the end is tried again.
  await until(async () => ends >= 4);
  expect(production.alerts()).toEqual(["EMERGENCY"]);
});
