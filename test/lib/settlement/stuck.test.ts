import { createHash, randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
} from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { AwsError } from "../../../standin/aws.ts";
import { until } from "../../standin/ecs-fixtures.ts";
import { cluster, Production } from "./production.ts";

vi.setConfig({ testTimeout: 120_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const breaker = {
  deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
};

/** Looks again and again: nothing is retired, nothing rolled anew, and on-call is told this once. */
async function expectStuck(production: Production, code: string, rolled: string[] = []) {
  for (const _ of [1, 2, 3]) await production.settle();
  expect(production.alerts()).toEqual([code]);
  expect(production.rolled()).toEqual(rolled);
  expect(await production.retiring()).toBeDefined();
  return production.world.aws.notifications[0];
}

async function expectSettled(production: Production): Promise<void> {
  await production.settleToTheEnd();
  expect(await production.retiring()).toBeUndefined();
  expect(await production.oldIsAccepted()).toBe(false);
  expect(production.alerts()).toHaveLength(1);
  expect(production.over()).toEqual(production.alerts());
}

function denying(production: Production, operation: string, error: AwsError): Disposable {
  return production.world.aws.intercept({
    before(call) {
      if (call.operation === operation && call.principal.startsWith("settle-")) throw error;
    },
  });
}

const denied = new AwsError("AccessDeniedException", "no");

describe("on-call hears once, and nothing is retired,", () => {
  it("when the circuit breaker rolls back; then a better deployment settles it", async () => {
    await using production = await Production.open(server);
    const { ecs } = production;
    await production.serve("web", production.failsWhenMarked, breaker);
    await production.rotate();
    production.mark(true);
    await production.settle();
    const status = async () => (await production.newestDeployment("web")).status;
    await until(async () => (await status()) === "ROLLBACK_SUCCESSFUL");
    await expectStuck(production, "ROLLED_BACK", ["web"]);
    expect(await production.oldIsAccepted()).toBe(true);
    production.mark(false);
    await ecs.updateService({ cluster, service: "web", forceNewDeployment: true });
    await until(async () => (await status()) === "SUCCESSFUL");
    await expectSettled(production);
  });

  it("when the new tasks fail their health check, whose old ones go on", {
    tags: "ci",
  }, async () => {
    await using production = await Production.open(server);
    const { client, secretArn } = production.world;
    const read = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
    const old = createHash("sha256").update(String(read.SecretString)).digest("hex");
    const isOld = `printf %s "$DB" | sha256sum | grep -q ${old}`;
    const healthCheck = { command: ["CMD-SHELL", isOld], interval: 0.2, timeout: 5, retries: 1 };
    await production.serve("web", { healthCheck }, breaker);
    await production.rotate();
    await production.settle();
    const status = async () => (await production.newestDeployment("web")).status;
    await until(async () => /^ROLLBACK_(SUCCESSFUL|FAILED)$/.test(String(await status())));
    await expectStuck(production, "ROLLED_BACK", ["web"]);
    expect(await production.oldIsAccepted()).toBe(true);
  });

  it("when the roll is stopped", async () => {
    await using production = await Production.open(server);
    const stopping = {
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: false } },
    };
    await production.serve("web", production.failsWhenMarked, stopping);
    await production.rotate();
    production.mark(true);
    await production.settle();
    await until(async () => (await production.newestDeployment("web")).status === "STOPPED");
    await expectStuck(production, "ROLL_FAILED", ["web"]);
    expect(await production.oldIsAccepted()).toBe(true);
  });

  it("when the new tasks reference a deleted secret as well", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { client, secretArn } = production.world;
    const create = new CreateSecretCommand({ Name: `doomed/${randomUUID()}`, SecretString: "x" });
    const { ARN = "" } = await client.send(create);
    const secrets = [
      { name: "DB", valueFrom: secretArn },
      { name: "DOOMED", valueFrom: ARN },
    ];
    await production.serve("web", { secrets }, breaker);
    await client.send(new DeleteSecretCommand({ SecretId: ARN, ForceDeleteWithoutRecovery: true }));
    await production.rotate();
    await production.settle();
    const status = async () => (await production.newestDeployment("web")).status;
    await until(async () => (await status()) === "ROLLBACK_SUCCESSFUL");
    await expectStuck(production, "ROLLED_BACK", ["web"]);
  });

  it("when CodeDeploy controls the deployments; its deployment settles it", {
    tags: "ci",
  }, async () => {
    await using production = await Production.open(server);
    const deploymentController = { type: "CODE_DEPLOY" } as const;
    await production.serve("blue", {}, { deploymentController });
    await production.serve("web");
    await production.rotate();
    const alert = await expectStuck(production, "CONTROLLER_CANNOT_BE_FORCED", ["web"]);
    expect(alert?.subject).toBe(
      "[error] settlement is stuck (CONTROLLER_CANNOT_BE_FORCED): production/database/primary",
    );
    expect(alert?.message).toContain("yes: both credentials work");
    expect(await production.oldIsAccepted()).toBe(true);
    await production.ecs.deleteService({ cluster, service: "blue", force: true });
    await expectSettled(production);
  });

  it("in place: the same is critical, because old tasks cannot log in", {
    tags: "ci",
  }, async () => {
    await using production = await Production.open(server, "in-place");
    await production.serve("blue", {}, { deploymentController: { type: "CODE_DEPLOY" } });
    await production.rotate();
    const alert = await expectStuck(production, "CONTROLLER_CANNOT_BE_FORCED");
    expect(alert?.subject).toMatch(/^\[critical\] /);
    expect(alert?.message).toContain("NO. New logins of consumers may be failing now.");
    expect(alert?.message).not.toContain("old credential still works");
  });

  it("when a reference is pinned to a version", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { AWSCURRENT } = await production.world.labels();
    const valueFrom = `${production.world.secretArn}:::${AWSCURRENT}`;
    await production.serve("web", { secrets: [{ name: "DB", valueFrom }] });
    await production.rotate();
    await expectStuck(production, "PINNED_REFERENCE");
    expect(await production.oldIsAccepted()).toBe(true);
    await production.define("web");
    await production.ecs.updateService({ cluster, service: "web", taskDefinition: "web" });
    await expectSettled(production);
  });

  it("when a cluster does not exist", async () => {
    await using production = await Production.open(server);
    await production.ecs.deleteCluster({ cluster });
    await production.rotate();
    await expectStuck(production, "CLUSTER_UNREADABLE");
    await production.ecs.createCluster({ clusterName: cluster });
    await expectSettled(production);
  });

  it.each(["ListTasks", "ListServices", "DescribeServices"])(
    "when a cluster may not be read (%s)",
    async (operation) => {
      await using production = await Production.open(server);
      await production.serve("web");
      await production.rotate();
      using _ = denying(production, operation, denied);
      await expectStuck(production, "CLUSTER_UNREADABLE");
      expect(await production.oldIsAccepted()).toBe(true);
    },
  );

  it("when a consumer is outside the listed clusters, which is never rolled", async () => {
    await using production = await Production.open(server);
    await production.ecs.createCluster({ clusterName: "other" });
    await production.serve("api", {}, { cluster: "other" });
    await production.rotate();
    const alert = await expectStuck(production, "REFERENCE_OUTSIDE");
    expect(alert?.message).toContain("service other/api");
    await production.ecs.deleteService({ cluster: "other", service: "api", force: true });
    await expectSettled(production);
  });

  it("when a standalone task is outside", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    await production.ecs.createCluster({ clusterName: "other" });
    await production.define("job");
    await production.ecs.runTask({ cluster: "other", taskDefinition: "job" });
    await production.rotate();
    await expectStuck(production, "REFERENCE_OUTSIDE");
  });

  it("when the retired credential is accepted still", async () => {
    await using production = await Production.open(server, "in-place");
    const { world } = production;
    await production.rotate();
    const { AWSCURRENT = "", AWSPREVIOUS = "" } = await world.labels();
    const setPassword = async (VersionId: string) => {
      const { username, password } = await world.secret({ VersionId });
      const literal = pg.escapeLiteral(password);
      await server.query(`ALTER ROLE ${pg.escapeIdentifier(username)} PASSWORD ${literal}`);
    };
    await setPassword(AWSPREVIOUS);
    await expectStuck(production, "STILL_ACCEPTED");
    await setPassword(AWSCURRENT);
    await expectSettled(production);
  });

  it("when the function that retires may not be invoked", async () => {
    await using production = await Production.open(server);
    await production.rotate();
    {
      using _ = denying(production, "Invoke", denied);
      const alert = await expectStuck(production, "AWS_CALL_FAILED");
      expect(alert?.message).toContain("Allow lambda:InvokeFunction in the function's role.");
    }
    await expectSettled(production);
  });

  it("when a service may not be rolled", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    await production.serve("web");
    await production.rotate();
    using _ = denying(production, "UpdateService", denied);
    for (const __ of [1, 2]) await production.settle();
    expect(production.alerts()).toEqual(["AWS_CALL_FAILED"]);
    expect(await production.oldIsAccepted()).toBe(true);
  });
});

describe("on-call hears nothing", () => {
  it("while a standalone task from before the promotion runs", async () => {
    await using production = await Production.open(server);
    await production.define("job");
    await production.ecs.runTask({ cluster, taskDefinition: "job" });
    await until(async () => (await production.tasks())[0]?.lastStatus === "RUNNING");
    await production.rotate();
    const lines = await production.settle();
    expect(lines).toEqual([
      expect.stringMatching(/^waiting: standalone task \w+: it started before/),
    ]);
    expect(await production.oldIsAccepted()).toBe(true);
    const [{ taskArn } = {}] = await production.tasks();
    await production.ecs.stopTask({ cluster, task: taskArn });
    await production.settleToTheEnd();
    expect(await production.oldIsAccepted()).toBe(false);
    expect(production.alerts()).toEqual([]);
  });

  it("while replaced tasks stop, which no event tells: one look is enough", {
    tags: "ci",
  }, async () => {
    await using production = await Production.open(server);
    const slowly = "trap 'sleep 3; exit 0' TERM; while :; do sleep 0.1; done";
    await production.serve("web", { command: ["/bin/sh", "-c", slowly], stopTimeout: 20 });
    await production.rotate();
    await production.settle();
    await until(async () => (await production.newestDeployment("web")).status === "SUCCESSFUL");
    expect(await production.tasks()).toHaveLength(2);
    expect(await production.settle()).toEqual([
      "waiting: service production/web: old tasks still stopping: 1",
      "settled",
    ]);
    expect(await production.oldIsAccepted()).toBe(false);
    expect(production.alerts()).toEqual([]);
  });

  it("when ECS throttles for a moment", async () => {
    await using production = await Production.open(server);
    await production.serve("web");
    await production.rotate();
    let count = 0;
    using _ = production.world.aws.intercept({
      before({ operation }) {
        count += operation === "ListTasks" ? 1 : 0;
        const isThrottled = operation === "ListTasks" && count <= 2;
        if (isThrottled) throw new AwsError("ThrottlingException", "Rate exceeded");
      },
    });
    await production.settleToTheEnd();
    expect(await production.oldIsAccepted()).toBe(false);
    expect(production.rolled()).toEqual(["web"]);
    expect(production.alerts()).toEqual([]);
  });

  it("when the label event overtakes the rotation's end", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const { aws, settleArn } = production.world;
    const logged: string[] = [];
    using _ = aws.intercept({
      async after({ operation, input, principal }) {
        const isPromotion = input["VersionStage"] === "AWSCURRENT";
        if (operation !== "UpdateSecretVersionStage" || !isPromotion) return;
        if (!principal.startsWith("rotate-")) return;
        logged.push((await aws.functions.invoke(settleArn, { Records: [] })).log);
        logged.push(...(await production.settle()));
      },
    });
    await production.rotate();
    expect(logged.at(-1)).toBe("waiting: Secrets Manager has not recorded the rotation's end yet");
    expect(production.alerts()).toEqual([]);
    await production.settleToTheEnd();
  });
});

it("a credential that leaked dies at once, and its consumers are rolled then", async () => {
  await using production = await Production.open(server);
  await production.serve("web");
  const { succeeded } = await production.world.rotate(`leaked-${randomUUID()}`);
  expect(succeeded).toBe(true);
  await production.settle();
  expect(await production.oldIsAccepted()).toBe(false);
  expect(production.rolled()).toEqual(["web"]);
  await production.settleToTheEnd();
  expect(production.rolled()).toEqual(["web"]);
  expect(production.alerts()).toEqual([]);
});

it("only when AWS answers nothing the message comes back: the next tick repeats all else", async () => {
  await using production = await Production.open(server);
  await production.rotate();
  const { functions } = production.world.aws;
  const failures = async (error: AwsError, ...operations: string[]) => {
    using stack = new DisposableStack();
    for (const operation of operations) stack.use(denying(production, operation, error));
    const Records = [{ messageId: "1", body: "{}" }];
    const { payload } = await functions.invoke(production.world.settleArn, { Records });
    return payload;
  };
  const broken = new AwsError("ServiceException", "no", 500);
  expect(await failures(broken, "ListSecrets", "DescribeSecret")).toEqual({
    batchItemFailures: [{ itemIdentifier: "1" }],
  });
  expect(await failures(broken, "ListSecrets")).toEqual({ batchItemFailures: [] });
  expect(await failures(broken, "Invoke")).toEqual({ batchItemFailures: [] });
  expect(await failures(denied, "Invoke")).toEqual({ batchItemFailures: [] });
});
