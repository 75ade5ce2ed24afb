import { execFile } from "node:child_process";
import { join, resolve } from "node:path";
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, AwsError, messageFor, startAws } from "../../standin/aws.ts";

const root = resolve(import.meta.dirname, "../..");

let aws: Aws;
let client: SNSClient;
beforeAll(async () => {
  aws = await startAws();
  const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = aws.env("operator");
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  client = new SNSClient({ endpoint: aws.endpoint, region: aws.region, credentials });
});
afterAll(async () => {
  client?.destroy();
  await aws?.[Symbol.asyncDispose]();
});

async function topic(Name: string, ...addresses: string[]): Promise<string> {
  const { TopicArn = "" } = await client.send(new CreateTopicCommand({ Name }));
  for (const Endpoint of addresses) {
    await client.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint }));
    const Token = aws.confirmationToken(TopicArn, Endpoint);
    await client.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  }
  return TopicArn;
}

/** As `npm run alert:test` runs it; neither the machine's profiles nor its metadata are looked at. */
function run(options: string[], env: Record<string, string> = {}) {
  const arguments_ = [join(root, "cli/alert-test.ts"), ...options];
  const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...caller } = aws.env("person");
  const all = {
    PATH: "",
    HOME: "/nonexistent",
    AWS_EC2_METADATA_DISABLED: "true",
    ...caller,
    ...env,
  };
  return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    execFile(process.execPath, arguments_, { env: all }, (error, stdout, stderr) =>
      done({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe("npm run alert:test", () => {
  it("sends to the topic and says how many listen", async () => {
    const arn = await topic("alerts", "on-call@example.com", "second@example.com");
    const before = aws.notifications.length;
    const ran = await run(["--topic", arn, "--environment", "staging"]);
    expect(ran).toEqual({
      code: 0,
      stderr: "",
      stdout: `Sent to ${arn}: [info] Quarterturn test alert (staging)\nConfirmed subscriptions: 2. A filter policy may hold it back from some of them.\n`,
    });
    const [sent, ...more] = aws.notifications.slice(before);
    expect(more).toEqual([]);
    expect(sent).toMatchObject({
      topicArn: arn,
      attributes: { severity: "info", environment: "staging" },
    });
    expect(sent && messageFor(sent, "email")).toContain("Nothing has happened");
  });

  it("says that it is over, under the same key", async () => {
    const arn = await topic("over", "on-call@example.com");
    const before = aws.notifications.length;
    expect(await run(["--topic", arn])).toMatchObject({ code: 0 });
    const ended = await run(["--topic", arn, "--over"]);
    expect(ended).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("[info] over: Quarterturn test alert (unknown)"),
    });
    const sent = aws.notifications.slice(before);
    const events = sent.map((each) => JSON.parse(messageFor(each, "lambda")));
    expect(events.map(({ status }) => status)).toEqual(["begun", "over"]);
    expect(new Set(events.map(({ deduplicationKey }) => deduplicationKey)).size).toBe(1);
  });

  it("takes both from the environment", { tags: "ci" }, async () => {
    const ALERT_TOPIC_ARN = await topic("of-environment", "on-call@example.com");
    const ran = await run([], { ALERT_TOPIC_ARN, ENVIRONMENT: "production" });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("(production)") });
  });

  it("fails when nobody subscribes but relay, with the command that subscribes, and sends for who is on the bus", async () => {
    const arn = await topic("unheard");
    const before = aws.notifications.length;
    const Endpoint = `arn:aws:lambda:${aws.region}:${aws.accountId}:function:quarterturn-production-relay`;
    await client.send(new SubscribeCommand({ TopicArn: arn, Protocol: "lambda", Endpoint }));
    expect(await run(["--topic", arn])).toMatchObject({
      code: 1,
      stdout: `Sent to ${arn}: [info] Quarterturn test alert (unknown)\n`,
      stderr: expect.stringContaining(
        `  aws sns subscribe --topic-arn ${arn} --region ${aws.region} --protocol email `,
      ),
    });
    expect(aws.notifications.length).toBe(before + 1);
  });

  it("counts functions of others as listeners", { tags: "ci" }, async () => {
    const arn = await topic("heard-by-function");
    const Endpoint = `arn:aws:lambda:${aws.region}:${aws.accountId}:function:pager`;
    await client.send(new SubscribeCommand({ TopicArn: arn, Protocol: "lambda", Endpoint }));
    const stdout = expect.stringContaining("Confirmed subscriptions: 1.");
    expect(await run(["--topic", arn])).toMatchObject({ code: 0, stdout });
  });

  it("fails with the remedy when the topic is missing or forbidden", async () => {
    const missing = `arn:aws:sns:${aws.region}:${aws.accountId}:gone`;
    expect(await run(["--topic", missing])).toEqual({
      code: 1,
      stdout: "",
      stderr: `sns:ListSubscriptionsByTopic on ${missing} failed: NotFound. Create the topic, or correct its ARN (ALERT_TOPIC_ARN).\n`,
    });
    const forbidden = await topic("forbidden", "on-call@example.com");
    using _ = aws.intercept({
      before({ operation }) {
        if (operation === "Publish") throw new AwsError("AuthorizationError", "no", 403);
      },
    });
    expect(await run(["--topic", forbidden])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^sns:Publish on .* Allow sns:Publish and sns:ListSubscriptionsByTopic/,
      ),
    });
  });

  it("fails with the remedy when there are no credentials", { tags: "ci" }, async () => {
    const arn = await topic("unreached", "on-call@example.com");
    const env = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
    expect(await run(["--topic", arn], env)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/No AWS credentials were found: .* your own profile/),
    });
  });

  it.each<[string, string[], string]>([
    ["no topic", [], "No topic. Pass --topic ARN, or set ALERT_TOPIC_ARN."],
    ["what is no topic's ARN", ["--topic", "alerts"], '"alerts" is not the ARN of an SNS topic'],
    ["an unknown option", ["--subject", "x"], "Unknown option '--subject'"],
  ])("takes %s for a mistake", async (_, options, message) => {
    const { code, stdout, stderr } = await run(options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).toContain("Run it with --help for the options.");
  });

  it("prints its usage", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("npm run alert:test -- [options]");
  });
});
