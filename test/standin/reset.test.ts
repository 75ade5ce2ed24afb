import { EventBridgeClient, ListRulesCommand, PutRuleCommand } from "@aws-sdk/client-eventbridge";
import { ListSecretsCommand, RotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, startAws } from "../../standin/aws.ts";
import { isRunning, TestCluster } from "./ecs-fixtures.ts";
import { clientConfig, createSecret, sdkClient, temporaryBundle } from "./fixtures.ts";

/** Answers with its process, or never. */
const source = `
export const handler = ({ hangs }) => hangs ? new Promise(() => setInterval(() => {}, 1000)) : process.pid;`;

let aws: Aws;
let bundle: Awaited<ReturnType<typeof temporaryBundle>>;
beforeAll(async () => {
  aws = await startAws();
  bundle = await temporaryBundle(source);
});
afterAll(async () => {
  await aws?.[Symbol.asyncDispose]();
  await bundle?.[Symbol.asyncDispose]();
});

describe("reset", () => {
  it("forgets every resource, call and notification", async () => {
    const config = clientConfig(aws);
    const secrets = sdkClient(aws);
    const [events, sns, sqs, ssm] = [
      new EventBridgeClient(config),
      new SNSClient(config),
      new SQSClient(config),
      new SSMClient(config),
    ];
    const fill = async () => {
      await createSecret(secrets);
      await ssm.send(new PutParameterCommand({ Name: "/p", Value: "v", Type: "String" }));
      await sqs.send(new CreateQueueCommand({ QueueName: "q" }));
      await events.send(new PutRuleCommand({ Name: "r", ScheduleExpression: "rate(1 minute)" }));
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "t" }));
      await sns.send(new PublishCommand({ TopicArn, Message: "m" }));
    };
    await fill();
    expect(aws.notifications).toHaveLength(1);
    await aws.reset();
    expect(aws.notifications).toEqual([]);
    expect(aws.calls).toEqual([]);
    expect((await secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
    expect((await events.send(new ListRulesCommand({}))).Rules).toEqual([]);
    await expect(ssm.send(new GetParameterCommand({ Name: "/p" }))).rejects.toThrow();
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: "q" }))).rejects.toThrow();
    await fill();
    expect(aws.notifications).toHaveLength(1);
  });

  it("ends tasks, and gives no revision of a task definition twice", async () => {
    const before = await TestCluster.create(aws);
    const command = ["/bin/sh", "-c", "echo $$; exec sleep 60"];
    const definition = await before.define({ command }, "family");
    expect(definition).toMatch(/:1$/);
    const [pid] = await before.lines(await before.run(definition));
    await aws.reset();
    expect(isRunning(Number(pid))).toBe(false);
    const after = await TestCluster.create(aws);
    expect(await after.define({ command }, "family")).toMatch(/:2$/);
    await expect(after.run(definition)).rejects.toThrow("TaskDefinition not found.");
  });

  it("ends invocations that are under way, and keeps functions and their idle processes", async () => {
    const { functions } = aws;
    const name = "answers";
    functions.register({ name, bundle: bundle.path });
    const { payload: idle } = await functions.invoke(name, {});
    const hanging = functions.invoke(name, { hangs: true });
    const [principal] = functions.running(name);
    await aws.reset();
    expect(await hanging).toMatchObject({ principal, error: { errorType: "Runtime.ExitError" } });
    expect(functions.running(name)).toEqual([]);
    const answers = [await functions.invoke(name, {}), await functions.invoke(name, {})];
    // The hanging one took the process that had answered.
    expect(answers.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(answers[0]?.payload).not.toBe(idle);
    expect(answers[1]?.payload).toBe(answers[0]?.payload);
  });

  it("ends a rotation that is under way", async () => {
    const functionArn = aws.functions.register({ name: "rotates", bundle: bundle.path });
    const client = sdkClient(aws);
    const { name } = await createSecret(client);
    const { VersionId = "" } = await client.send(
      new RotateSecretCommand({
        SecretId: name,
        RotationLambdaARN: functionArn,
        RotationRules: { AutomaticallyAfterDays: 90 },
      }),
    );
    const rotation = aws.rotations.finished(name, VersionId);
    await aws.reset();
    expect(await rotation).toMatchObject({ succeeded: false });
    await aws.idle();
    await expect(aws.rotations.finished(name, VersionId)).rejects.toThrow();
  });
});
