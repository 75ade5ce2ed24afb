import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ecsOnAws } from "../../../../lib/consumers/ecs/aws.ts";
import { ecsConsumers } from "../../../../lib/consumers/ecs/consumer.ts";
import { type Aws, startAws } from "../../../../standin/aws.ts";
import { consumerContract } from "../../../contracts/consumer.ts";
import { TestCluster } from "../../../standin/ecs-fixtures.ts";
import { createSecret, sdkClient } from "../../../standin/fixtures.ts";

let aws: Aws;
let clusters: { inside: TestCluster; outside: TestCluster };
/** Enough for every case: the fixture hands out secrets without waiting. */
const secrets: { arn: string; name: string }[] = [];
beforeAll(async () => {
  aws = await startAws();
  for (const [name, value] of Object.entries(aws.env("settle"))) vi.stubEnv(name, value);
  clusters = { inside: await TestCluster.create(aws), outside: await TestCluster.create(aws) };
  const client = sdkClient(aws);
  for (let made = 0; made < 12; made += 1) secrets.push(await createSecret(client));
  client.destroy();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws?.[Symbol.asyncDispose]();
});

consumerContract("services of ECS", () => ({
  type: ecsConsumers(ecsOnAws()),
  scope: { clusters: [clusters.inside.cluster] },
  secret() {
    const secret = secrets.shift();
    if (!secret) throw new Error("The contract needs more secrets.");
    return secret;
  },
  async start(consumed, where = "inside") {
    const cluster = clusters[where];
    const taskDefinition = await cluster.define({
      stopTimeout: 2,
      secrets: consumed.map(({ arn }) => ({
        name: `S${randomUUID().slice(0, 8)}`,
        valueFrom: arn,
      })),
    });
    return `service ${cluster.cluster}/${await cluster.serve({ taskDefinition })}`;
  },
  async rolled(name) {
    const service = nameOf(name);
    await clusters.inside.deployed(service);
    while ((await clusters.inside.tasks(service, "STOPPED")).some(isAlive));
  },
  rolls: (name) =>
    aws.calls.filter(
      ({ operation, input }) => operation === "UpdateService" && input["service"] === nameOf(name),
    ).length,
}));

const nameOf = (name: string) => name.slice(name.lastIndexOf("/") + 1);
const isAlive = ({ lastStatus }: { lastStatus?: string | undefined }) => lastStatus !== "STOPPED";

it("reads of ECS do not grow with the number of secrets", async () => {
  const scope = { clusters: [clusters.inside.cluster] };
  const promotion = { at: new Date(), parameters: new Map() };
  const readsFor = async (count: number) => {
    const before = aws.calls.length;
    const view = await ecsConsumers(ecsOnAws()).look([scope], AbortSignal.timeout(60_000));
    for (let index = 0; index < count; index += 1) {
      const name = `secret ${index}`;
      await view.find({ arn: `arn:aws:secretsmanager:::secret:${name}`, name }, promotion, scope);
    }
    return aws.calls.length - before;
  };
  expect(await readsFor(100)).toBe(await readsFor(1));
});

describe("texts that reach a task", () => {
  const look = async (secret: { arn: string; name: string }) => {
    const scope = { clusters: [clusters.inside.cluster] };
    const view = await ecsConsumers(ecsOnAws()).look([scope], AbortSignal.timeout(60_000));
    const promotion = { at: new Date(), parameters: new Map() };
    const { consumers } = await view.find(secret, promotion, scope);
    return consumers.map(({ name, judgement }) => [
      name,
      judgement.kind === "blocked" ? judgement.problem.code : judgement.kind,
    ]);
  };
  const own = async () => {
    const client = sdkClient(aws);
    const secret = await createSecret(client);
    client.destroy();
    return secret;
  };

  it("are environment values and commands of a service", async () => {
    const { inside } = clusters;
    const secret = await own();
    const partial = secret.arn.slice(0, -"-AbCdEf".length);
    const serve = async (container: object) =>
      `service ${inside.cluster}/${await inside.serve({ taskDefinition: await inside.define({ stopTimeout: 2, ...container }) })}`;
    const environment = (value: string) => ({ environment: [{ name: "S", value }] });
    const reading = await serve(environment(`${partial}:password::`));
    const possible = await serve(environment(`{"secret":"${secret.arn}"}`));
    const command = ["/bin/sh", "-c", `: ${secret.arn}; exec sleep 60`];
    const running = await serve({ command });
    expect((await look(secret)).toSorted()).toEqual(
      [
        [reading, "old"],
        [possible, "POSSIBLE_CONSUMER"],
        [running, "POSSIBLE_CONSUMER"],
      ].toSorted(),
    );
  });

  it("are the overrides of a standalone task", async () => {
    const { inside } = clusters;
    const secret = await own();
    const taskDefinition = await inside.define({ stopTimeout: 2 });
    const run = async (override: object) => {
      const overrides = { containerOverrides: [{ name: "app", ...override }] };
      const input = { cluster: inside.cluster, taskDefinition, overrides };
      const { tasks: [task] = [] } = await inside.ecs.runTask(input);
      return `standalone task ${nameOf(task?.taskArn ?? "")}`;
    };
    const reading = await run({ environment: [{ name: "S", value: secret.name }] });
    const command = ["/bin/sh", "-c", `: ${secret.arn}; exec sleep 60`];
    const running = await run({ command });
    expect((await look(secret)).toSorted()).toEqual(
      [
        [reading, "rolling"],
        [running, "POSSIBLE_CONSUMER"],
      ].toSorted(),
    );
  });
});
