import { describe, expect, it } from "vitest";
import { AwsCallFailed } from "../../../../lib/aws-call-failed.ts";
import { ecsConsumers } from "../../../../lib/consumers/ecs/consumer.ts";
import type { Ecs, ServiceRecord, TaskRecord } from "../../../../lib/consumers/ecs/ecs.ts";
import type { Container, TaskDefinition } from "../../../../lib/consumers/ecs/references.ts";
import type { ConsumerScope } from "../../../../lib/manifest/manifest.ts";

const secret = {
  arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:production/db-AbC1eF",
  name: "production/db",
};
const promotion = { at: new Date("2026-03-01T12:00:00Z"), parameters: new Map() };
const before = new Date("2026-03-01T11:00:00Z");
const after = new Date("2026-03-01T13:00:00Z");

const injected: Partial<Container> = { secrets: [{ name: "DB", valueFrom: secret.arn }] };
const mentioning: Partial<Container> = {
  texts: [{ name: "command", value: `fetch ${secret.name}` }],
};

/** ECS in memory: every service and every standalone task has the definition of its own name. */
class Memory implements Ecs {
  readonly #definitions = new Map<string, TaskDefinition>();
  readonly #services: ServiceRecord[] = [];
  readonly #tasks: TaskRecord[] = [];
  readonly asked: string[] = [];
  /** By the service that cannot be asked about. */
  readonly failing = new Map<string, AwsCallFailed>();
  readonly rolled: string[] = [];

  define(name: string, container: Partial<Container>): string {
    const arn = `arn:aws:ecs:eu-west-1:123456789012:task-definition/${name}:1`;
    const empty = { name, environment: [], secrets: [], secretOptions: [] };
    this.#definitions.set(arn, { arn, containers: [{ ...empty, ...container }] });
    return arn;
  }

  serve(
    name: string,
    container: Partial<Container>,
    more: Partial<ServiceRecord> & { createdAt?: Date } = {},
  ): void {
    const { createdAt = before, ...rest } = more;
    const taskDefinition = this.define(name, container);
    const taskDefinitions = [taskDefinition];
    const fixed = { arn: name, status: "ACTIVE", controller: "ECS", desiredCount: 1 } as const;
    this.#services.push({ ...fixed, name, taskDefinitions, ...rest });
    this.#tasks.push({ id: `task-of-${name}`, createdAt, taskDefinition, service: name });
  }

  run(family: string, container: Partial<Container>, more: Partial<TaskRecord> = {}): void {
    const taskDefinition = this.define(family, container);
    this.#tasks.push({ id: `task-${family}`, createdAt: before, taskDefinition, ...more });
  }

  clusters = async () => ["production"];
  services = async () => this.#services;
  tasks = async () => this.#tasks;
  protections = async () => new Map();
  async taskDefinition(arn: string) {
    return this.#definitions.get(arn) ?? { arn, containers: [] };
  }
  async deployments(_: string, service: string) {
    this.asked.push(service);
    const error = this.failing.get(service);
    if (error) throw error;
    return [];
  }
  async roll(_: string, service: string) {
    this.rolled.push(service);
  }

  async find(scope: ConsumerScope = { clusters: ["production"] }) {
    const view = await ecsConsumers(this).look([scope], new AbortController().signal);
    const { consumers } = await view.find(secret, promotion, scope);
    return consumers.map(({ name, judgement }) => [
      name,
      judgement.kind,
      "problem" in judgement ? judgement.problem.code : undefined,
    ]);
  }
}

describe("services that only mention the secret", () => {
  it("hold it back while tasks of before run, and are never rolled", async () => {
    const ecs = new Memory();
    ecs.serve("web", injected);
    ecs.serve("report", mentioning);
    ecs.serve("fresh", mentioning, { createdAt: after });
    ecs.serve("other", {});
    expect(await ecs.find()).toEqual([
      ["service production/web", "old", undefined],
      ["service production/report", "blocked", "POSSIBLE_CONSUMER"],
      ["service production/fresh", "proven", undefined],
    ]);
  });

  it("are consumers where anything else leads to it", async () => {
    const ecs = new Memory();
    ecs.serve("web", { ...injected, ...mentioning });
    expect(await ecs.find()).toEqual([["service production/web", "old", undefined]]);
  });

  it("do not where the manifest ignores them, by service or by family", async () => {
    const ecs = new Memory();
    ecs.serve("report", mentioning);
    ecs.run("job", mentioning);
    ecs.run("batch", mentioning);
    expect(await ecs.find()).toHaveLength(3);
    const ignore = ["production/report", "production/job", "staging/batch"];
    expect(await ecs.find({ clusters: ["production"], ignore })).toEqual([
      ["standalone task task-batch", "blocked", "POSSIBLE_CONSUMER"],
    ]);
  });

  it("are not ignored where the secret is injected", async () => {
    const ecs = new Memory();
    ecs.serve("web", injected);
    const scope = { clusters: ["production"], ignore: ["production/web"] };
    expect(await ecs.find(scope)).toEqual([["service production/web", "old", undefined]]);
  });

  it("are possible ones outside the clusters of the manifest, too", async () => {
    const ecs = new Memory();
    ecs.serve("report", mentioning);
    ecs.serve("web", injected);
    expect(await ecs.find({ clusters: [] })).toEqual([
      ["service production/report", "blocked", "POSSIBLE_CONSUMER"],
      ["service production/web", "blocked", "REFERENCE_OUTSIDE"],
    ]);
  });
});

describe("overrides of a task", () => {
  const override = (more: object) => [{ name: "app", environment: [], texts: [], ...more }];
  it.each([
    ["name the secret", { environment: [{ name: "S", value: secret.name }] }, "rolling", undefined],
    [
      "mention it",
      { texts: [{ name: "command", value: `x=${secret.arn}` }] },
      "blocked",
      "POSSIBLE_CONSUMER",
    ],
  ])("%s", async (_, more, kind, code) => {
    const ecs = new Memory();
    ecs.run("job", {}, { overrides: override(more) });
    ecs.run("other", {}, { overrides: override({}) });
    expect(await ecs.find()).toEqual([["standalone task task-job", kind, code]]);
  });
});

describe("the deployments of a service", () => {
  it.each(["CODE_DEPLOY", "EXTERNAL"] as const)("are not asked for: %s", async (controller) => {
    const ecs = new Memory();
    ecs.serve("blue", injected, { controller });
    ecs.serve("green", injected, { controller, createdAt: after });
    ecs.serve("web", injected);
    expect(await ecs.find()).toEqual([
      ["service production/blue", "blocked", "CONTROLLER_CANNOT_BE_FORCED"],
      ["service production/green", "proven", undefined],
      ["service production/web", "old", undefined],
    ]);
    expect(ecs.asked).toEqual(["web"]);
  });

  it.each([
    [true, "rolling", undefined],
    [false, "blocked", "AWS_CALL_FAILED"],
  ])(
    "keep no other from being rolled where they cannot be read (retryable: %s)",
    async (retryable, kind, code) => {
      const ecs = new Memory();
      ecs.serve("sick", injected);
      ecs.serve("web", injected);
      const failure = "UnsupportedFeatureException";
      const why = { failure, retryable, remedy: "Look." };
      ecs.failing.set("sick", new AwsCallFailed("ecs:ListServiceDeployments", "sick", why));
      expect(await ecs.find()).toEqual([
        ["service production/sick", kind, code],
        ["service production/web", "old", undefined],
      ]);
    },
  );
});
