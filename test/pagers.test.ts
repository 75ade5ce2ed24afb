/** docs/pagers: the alert of a real failing rotation, and its end, as each receiver gets them. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { promisify } from "node:util";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, type ScalarTag } from "yaml";
import { createTopic, subscribeFunction } from "../lab/clients.ts";
import { databaseSecretId } from "../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../lab/postgres/server.ts";
import { startWorld, type World } from "../lab/world.ts";
import { type Aws, AwsError, messageFor } from "../standin/aws.ts";
import { cannotRun } from "./needing.ts";
import { pagerDutyEvent } from "./pager-duty.ts";
import { clientConfig } from "./standin/fixtures.ts";

const files = globSync("docs/pagers/*.yml").toSorted();

const run = promisify(execFile);
const lint = await run("cfn-lint", ["--version"]).then(
  () => true,
  () => false,
);

describe("the templates of docs/pagers", () => {
  it("are all of those that docs/alerts.md names", () => {
    const page = readFileSync("docs/alerts.md", "utf8");
    const named = new Set(page.match(/docs\/pagers\/[\w-]+\.yml/g));
    expect([...named].toSorted()).toEqual(files);
  });

  if (!lint) cannotRun("cfn-lint is missing: pip install cfn-lint");
  else
    it("are what cfn-lint accepts", { timeout: 60_000, tags: "ci" }, async () => {
      await expect(run("cfn-lint", files)).resolves.toMatchObject({ stdout: "" });
    });
});

const tag = (name: string): ScalarTag => ({ tag: name, resolve: (text) => ({ [name]: text }) });

/** The transformer of a template's rule, its pattern, and what the connection adds to the body. */
function ruleOf(file: string) {
  const customTags = [tag("!Ref"), tag("!GetAtt"), tag("!Sub")];
  const { Resources } = parse(readFileSync(file, "utf8"), { customTags });
  const { EventPattern, Targets } = Resources.Rule.Properties;
  return { EventPattern, InputTransformer: Targets[0].InputTransformer };
}

const rules = ["pagerduty", "slack-webhook", "teams-webhook"] as const;

describe("an alert of a rotation that fails, and its end", { timeout: 120_000 }, () => {
  let postgres: PostgresServer;
  let world: World;
  const queues = new Map<string, string>();
  beforeAll(async () => {
    postgres = await startPostgres();
    const timing = { attempts: 2, retryDelayMs: 50 };
    // What Lambda waits before it repeats an invocation is a minute on AWS.
    const lambda = { asyncRetryDelaysMs: [20, 40] };
    const options = { server: postgres, strategy: "in-place", name: "paged" } as const;
    world = await startWorld({ ...options, timing, lambda });
    await subscribeFunction(world.aws, world.relayArn);
    for (const name of rules) queues.set(name, await attach(world.aws, name));
  });
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]();
    await postgres?.[Symbol.asyncDispose]();
  });

  /** What came to a receiver since it was asked last. */
  async function received(name: (typeof rules)[number]): Promise<Record<string, unknown>[]> {
    await world.aws.idle();
    using sqs = sqsOf(world.aws);
    const QueueUrl = queues.get(name) ?? "";
    const { Messages = [] } = await sqs.client.receiveMessage({
      QueueUrl,
      MaxNumberOfMessages: 10,
    });
    for (const { ReceiptHandle } of Messages)
      await sqs.client.deleteMessage({ QueueUrl, ReceiptHandle });
    return Messages.map(({ Body = "" }) => JSON.parse(Body));
  }

  it("reach chat by HTTPS as one thread, and each receiver on the bus as it takes them", async () => {
    const token = randomUUID();
    {
      using _ = failing(world.aws);
      expect(await world.rotate(token)).toMatchObject({ succeeded: false });
    }
    const [opened, ...more] = (await received("pagerduty")).map(withRoutingKey);
    expect(more).toEqual([]);
    expect(() => pagerDutyEvent.parse(opened)).not.toThrow();
    const key = `123456789012/eu-central-1/production/${databaseSecretId}/AWS_CALL_FAILED/`;
    expect(opened).toMatchObject({
      event_action: "trigger",
      dedup_key: expect.stringContaining(key),
      payload: {
        severity: "error",
        source: databaseSecretId,
        class: "AWS_CALL_FAILED",
        group: "production",
        summary: expect.stringMatching(/^rotation failed in createSecret .* Production is safe\.$/),
        custom_details: { version: token },
      },
    });
    const lines =
      /^\[error\] rotation failed in .*\nWhat happened: .*\nIs production safe: yes.*\nWhat to do: .*$/;
    expect(await received("slack-webhook")).toEqual([{ text: expect.stringMatching(lines) }]);
    expect(cardsIn(await received("teams-webhook"))).toEqual([
      [
        expect.stringMatching(/^rotation failed in/),
        ["What happened", expect.stringContaining("AccessDenied")],
        ["Is production safe", expect.stringMatching(/^yes/)],
        ["What to do", expect.stringMatching(/^Allow/)],
        ["More about this", "docs/runbook.md#aws_call_failed"],
        ["Severity", "error"],
      ],
    ]);

    const { AWSPENDING: left = "" } = await world.labels();
    await world.label("AWSPENDING", left);
    expect(await world.rotate()).toMatchObject({ succeeded: true });
    await world.settle();
    const [resolved, ...others] = (await received("pagerduty")).map(withRoutingKey);
    expect(others).toEqual([]);
    expect(() => pagerDutyEvent.parse(resolved)).not.toThrow();
    expect(resolved).toMatchObject({
      event_action: "resolve",
      dedup_key: opened?.["dedup_key"],
      payload: { severity: "info", summary: expect.stringMatching(/^over: rotation failed in /) },
    });
    const chat = world.aws.notifications.map((sent) => JSON.parse(messageFor(sent, "https")));
    expect(chat).toMatchObject([
      { version: "1.0", source: "custom", metadata: { threadId: opened?.["dedup_key"] } },
      { version: "1.0", source: "custom", metadata: { threadId: opened?.["dedup_key"] } },
    ]);
  });

  it("reach the bus though EventBridge fails at first, once each", async () => {
    await received("pagerduty");
    let failures = 0;
    using _ = world.aws.intercept({
      before({ operation }) {
        if (operation !== "PutEvents" || failures === 3) return;
        failures += 1;
        throw new AwsError("InternalException", "not now", 500);
      },
    });
    const before = world.aws.notifications.length;
    {
      using __ = failing(world.aws);
      expect(await world.rotate(randomUUID())).toMatchObject({ succeeded: false });
    }
    expect(await received("pagerduty")).toMatchObject([{ event_action: "trigger" }]);
    expect(failures).toBe(3);
    expect(world.aws.notifications).toHaveLength(before + 1);
  });

  it("reach the topic once though the bus refuses them for good", async () => {
    await received("pagerduty");
    const { AWSPENDING: left = "" } = await world.labels();
    await world.label("AWSPENDING", left);
    expect(await world.rotate()).toMatchObject({ succeeded: true });
    await world.settle();
    await received("pagerduty");
    let refused = 0;
    using _ = world.aws.intercept({
      before({ operation }) {
        if (operation !== "PutEvents") return;
        refused += 1;
        throw new AwsError("AccessDeniedException", "not authorized", 400);
      },
    });
    const before = world.aws.notifications.length;
    {
      using __ = failing(world.aws);
      expect(await world.rotate(randomUUID())).toMatchObject({ succeeded: false });
    }
    expect(await received("pagerduty")).toEqual([]);
    expect(refused).toBe(3);
    expect(world.aws.notifications).toHaveLength(before + 1);
  });

  it("are told of alarms, too, which begin and end", async () => {
    await received("pagerduty");
    using sns = snsOf(world.aws);
    const TopicArn = await createTopic(world.aws);
    for (const NewStateValue of ["ALARM", "OK"]) {
      const AlarmName = "quarterturn-production-settle-silent";
      const AlarmArn = `arn:aws:cloudwatch:eu-central-1:123456789012:alarm:${AlarmName}`;
      const more = {
        NewStateReason: "Threshold Crossed",
        StateChangeTime: "2026-03-04T05:06:07.890+0000",
      };
      const Message = JSON.stringify({ AlarmName, AlarmArn, NewStateValue, ...more });
      await sns.client.publish({ TopicArn, Message });
      await world.aws.idle();
    }
    const events = (await received("pagerduty")).map(withRoutingKey);
    for (const event of events) expect(() => pagerDutyEvent.parse(event)).not.toThrow();
    expect(events.map(({ event_action }) => event_action)).toEqual(["trigger", "resolve"]);
    expect(new Set(events.map(({ dedup_key }) => dedup_key)).size).toBe(1);
    for (const card of cardsIn(await received("teams-webhook"))) expect(card).toHaveLength(6);
  });
});

const withRoutingKey = (body: Record<string, unknown>): Record<string, unknown> => ({
  ...body,
  routing_key: "r".repeat(32),
});

/** The title and the facts of each Adaptive Card. */
const cardsIn = (messages: readonly unknown[]) =>
  messages.map((message) => {
    const { type, attachments } = message as {
      type: string;
      attachments: { contentType: string; content: { type: string; body: unknown[] } }[];
    };
    expect([type, attachments.map(({ contentType }) => contentType)]).toEqual([
      "message",
      ["application/vnd.microsoft.card.adaptive"],
    ]);
    const [title, facts] = (attachments[0]?.content.body ?? []) as [
      { text: string },
      { facts: { title: string; value: string }[] },
    ];
    return [title.text, ...facts.facts.map((fact) => [fact.title, fact.value])];
  });

/** Until disposed of, the function that rotates may read no value. */
const failing = (aws: Aws) =>
  aws.intercept({
    before({ operation, principal }) {
      if (operation === "GetSecretValue" && principal.startsWith("rotate-"))
        throw new AwsError("AccessDeniedException", "not authorized");
    },
  });

/** The rule of a template, with a queue in the place of its API destination. @returns URL of the queue */
async function attach(aws: Aws, name: (typeof rules)[number]): Promise<string> {
  const { EventPattern, InputTransformer } = ruleOf(`docs/pagers/${name}.yml`);
  using sqs = sqsOf(aws);
  const events = new EventBridge(clientConfig(aws));
  const { QueueUrl = "" } = await sqs.client.createQueue({ QueueName: name });
  const Arn = `arn:aws:sqs:${aws.region}:${aws.accountId}:${name}`;
  await events.putRule({ Name: name, EventPattern: JSON.stringify(EventPattern) });
  await events.putTargets({ Rule: name, Targets: [{ Id: "queue", Arn, InputTransformer }] });
  events.destroy();
  return QueueUrl;
}

function sqsOf(aws: Aws) {
  const client = new SQS(clientConfig(aws));
  return { client, [Symbol.dispose]: () => client.destroy() };
}

function snsOf(aws: Aws) {
  const client = new SNS(clientConfig(aws));
  return { client, [Symbol.dispose]: () => client.destroy() };
}
