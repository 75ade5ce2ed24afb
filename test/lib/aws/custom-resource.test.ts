import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answerStack } from "../../../lib/aws/custom-resource.ts";

const signal = AbortSignal.timeout(30_000);

let server: Server;
let responseUrl: string;
/** What is answered to each request in turn; then 200. */
let statuses: number[];
let bodies: string[];
beforeAll(async () => {
  server = createServer(async (request, response) => {
    bodies.push(await text(request));
    const location = { location: "http://127.0.0.1:9/" };
    response.writeHead(statuses.shift() ?? 200, location).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  responseUrl = `http://127.0.0.1:${port}/answer?X-Amz-Signature=signed`;
});
afterAll(() => void server?.close());
beforeEach(() => {
  [statuses, bodies] = [[], []];
});

const to = () => ({
  type: "Update" as const,
  responseUrl,
  stackId: "arn:stack",
  requestId: "1",
  logicalResourceId: "Schedules",
  physicalResourceId: "as-it-was",
});

describe("an answer to CloudFormation", () => {
  it("names the request and the resource as it was", async () => {
    await answerStack(to(), { status: "FAILED", reason: "why", summary: "all" }, signal);
    expect(bodies.map((body) => JSON.parse(body))).toEqual([
      {
        Status: "FAILED",
        Reason: "why",
        PhysicalResourceId: "as-it-was",
        StackId: "arn:stack",
        RequestId: "1",
        LogicalResourceId: "Schedules",
        Data: { Summary: "all" },
      },
    ]);
  });

  it("fits into the 4,096 bytes that CloudFormation takes", async () => {
    const long = "x".repeat(10_000);
    await answerStack(to(), { status: "FAILED", reason: long, summary: long }, signal);
    expect(Buffer.byteLength(bodies[0] ?? "")).toBeLessThan(4096);
  });

  it("is sent again where it did not arrive", async () => {
    statuses = [500, 503];
    const began = performance.now();
    await answerStack(to(), { status: "SUCCESS", summary: "" }, signal);
    expect(bodies).toHaveLength(3);
    // What fails for a moment, as a name that is not resolved, fails again at once.
    expect(performance.now() - began).toBeGreaterThan(700);
  });

  it.each([[[403, 403, 403, 403]], [[302, 302, 302, 302]]])(
    "that is refused is an error without the signed URL: %j",
    async (refusals) => {
      statuses = refusals;
      const answer = answerStack(to(), { status: "SUCCESS", summary: "" }, signal);
      await expect(answer).rejects.toMatchObject({ code: "AWS_CALL_FAILED", retryable: true });
      await expect(answer).rejects.not.toThrow(/Signature|127\.0\.0\.1/);
    },
  );
});
