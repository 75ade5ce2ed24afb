import { randomUUID } from "node:crypto";
import { DeleteSecretCommand, PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll } from "vitest";
import { VirtualClock } from "../../../lab/walk/clock.ts";
import { FakeEcs } from "../../../lab/walk/ecs.ts";
import { FakeEcsPort } from "../../../lab/walk/ecs-port.ts";
import { Gate, Invocation } from "../../../lab/walk/gate.ts";
import { FakeSecrets } from "../../../lab/walk/secrets.ts";
import { FakeStore } from "../../../lab/walk/store.ts";
import { SecretsManagerStore } from "../../../lib/aws/secrets-manager.ts";
import { ecsConsumers } from "../../../lib/consumers/ecs/consumer.ts";
import { startAws } from "../../../standin/aws.ts";
import { consumerContract } from "../../contracts/consumer.ts";
import { storeContract } from "../../contracts/store.ts";
import { createSecret, sdkClient } from "../../standin/fixtures.ts";

const endless = (clock: VirtualClock) => new Invocation("test", clock.now, 1e12, 0);

storeContract("the walk's memory", async () => {
  const clock = new VirtualClock(Date.now());
  const secrets = new FakeSecrets(clock, () => {});
  const found = (arn: string) => {
    const secret = secrets.find(arn);
    if (!secret) throw new Error(`There is no secret ${arn}.`);
    return secret;
  };
  let count = 0;
  return {
    store: new FakeStore(secrets, new Gate(clock), endless(clock)),
    async create(text) {
      count += 1;
      const { arn, name, versions } = secrets.create(`test/${count}`, text);
      return { arn, name, version: [...versions.keys()][0] ?? "" };
    },
    async put(arn, text, labels) {
      const id = randomUUID();
      secrets.put(found(arn), id, text, labels);
      return id;
    },
    async remove(arn) {
      found(arn).deletionAt = clock.now;
    },
    async wait() {
      clock.pass(10);
    },
  };
});

const opened = new AsyncDisposableStack();
afterAll(() => opened.disposeAsync());

storeContract("Secrets Manager of the stand-in", async () => {
  const aws = opened.use(await startAws());
  const client = opened.adopt(sdkClient(aws), async (each) => each.destroy());
  return {
    store: new SecretsManagerStore(() => client),
    create: (text) => createSecret(client, text),
    async put(SecretId, SecretString, labels) {
      const ClientRequestToken = randomUUID();
      const input = { SecretId, SecretString, ClientRequestToken, VersionStages: [...labels] };
      await client.send(new PutSecretValueCommand(input));
      return ClientRequestToken;
    },
    async remove(SecretId) {
      await client.send(new DeleteSecretCommand({ SecretId }));
    },
    wait: () => new Promise((resolve) => setTimeout(resolve, 5)),
  };
});

consumerContract("ECS in the walk's memory", () => {
  const clock = new VirtualClock(Date.now());
  const ecs = new FakeEcs(
    clock,
    () => [],
    () => {},
  );
  const ecsType = ecsConsumers(new FakeEcsPort(ecs, new Gate(clock), endless(clock)));
  const catchUp = () => clock.pass(Math.max(0, Date.now() - clock.now));
  let count = 0;
  return {
    type: {
      name: ecsType.name,
      look: (...input) => {
        catchUp();
        return ecsType.look(...input);
      },
    },
    scope: { clusters: ["production"] },
    secret() {
      const name = `test/${randomUUID()}`;
      return { name, arn: `arn:aws:secretsmanager:eu-central-1:1:secret:${name}-AbCdEf` };
    },
    async start(secrets, where = "inside") {
      catchUp();
      count += 1;
      const cluster = where === "inside" ? "production" : "elsewhere";
      const name = `service${count}`;
      const definition = ecs.define(name, [
        {
          name: "app",
          environment: [],
          secrets: secrets.map(({ arn }) => ({ name: "DB", valueFrom: arn })),
          secretOptions: [],
        },
      ]);
      ecs.serve({ cluster, name, controller: "ECS", pools: false, definition, desired: 2 });
      return `service ${cluster}/${name}`;
    },
    async rolled() {
      clock.pass(120_000);
    },
    rolls: (name) =>
      ecs.services.find(({ name: each }) => name.endsWith(`/${each}`))?.deployments.length ?? 0,
  };
});
