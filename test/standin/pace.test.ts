import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, describe, expect, it } from "vitest";
import { startAws } from "../../standin/aws.ts";
import { clientConfig, temporaryBundle } from "./fixtures.ts";

const aws = await startAws({ pace: 50 });
afterAll(() => aws[Symbol.asyncDispose]());

const since = (start: number) => performance.now() - start;

describe("at a pace of 50", () => {
  it("a pause of a function of 10 s takes 200 ms, and its limits keep their time", async () => {
    await using bundle = await temporaryBundle(`
      import { setTimeout as pause } from "node:timers/promises";
      export async function handler(event, context) {
        const before = context.getRemainingTimeInMillis();
        const start = performance.now();
        await pause(event.ms, undefined, { signal: AbortSignal.timeout(5000) });
        const limit = await pause(60_000, "passed", { signal: AbortSignal.timeout(100) })
          .catch((error) => error.name);
        return { ms: performance.now() - start, before, limit, pace: process.env.STANDIN_PACE };
      }`);
    const name = "pauses";
    aws.functions.register({ name, bundle: bundle.path, timeoutMs: 20_000 });
    const { payload } = await aws.functions.invoke(name, { ms: 10_000 });
    const { ms, before, limit, ...rest } = payload as Record<string, number>;
    expect(ms).toBeGreaterThanOrEqual(290);
    expect(ms).toBeLessThan(5000);
    expect(before).toBeGreaterThan(15_000);
    expect(limit).toBe("AbortError");
    expect(rest).toEqual({});
  });

  it("a message's delay passes faster, its visibility timeout does not", async () => {
    const sqs = new SQSClient(clientConfig(aws));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "delayed" }));
    const receive = async (WaitTimeSeconds: number) =>
      (
        await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, VisibilityTimeout: 20 }),
        )
      ).Messages?.length ?? 0;
    const start = performance.now();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "1", DelaySeconds: 10 }));
    expect(await receive(0)).toBe(0);
    expect(await receive(5)).toBe(1);
    expect(since(start)).toBeGreaterThanOrEqual(190);
    expect(since(start)).toBeLessThan(5000);
    expect(await receive(1)).toBe(0);
  });
});

it("a pace that is not positive is refused", async () => {
  await expect(startAws({ pace: 0 })).rejects.toThrow("The pace must be a positive number, not 0.");
});
