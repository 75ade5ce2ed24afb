import { randomUUID } from "node:crypto";
import { SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parameterMemory } from "../../../lib/aws/problem-memory.ts";
import { type Aws, AwsError, startAws } from "../../../standin/aws.ts";
import { problem, problemMemoryContract } from "../../contracts/problem-memory.ts";
import { clientConfig } from "../../standin/fixtures.ts";

const signal = AbortSignal.timeout(60_000);
const path = () => `/quarterturn/${randomUUID()}/problems`;

let aws: Aws;
let ssm: SSM;
beforeAll(async () => {
  aws = await startAws();
  for (const [name, value] of Object.entries(aws.env("settle"))) vi.stubEnv(name, value);
  ssm = new SSM(clientConfig(aws));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws?.[Symbol.asyncDispose]();
});

problemMemoryContract(() => parameterMemory(path()));

describe("in Parameter Store", () => {
  const own = { secret: "arn:a", domain: "settlement" } as const;

  it("a problem is a String of the standard tier below the stack's path, which others may read", async () => {
    const Path = path();
    await parameterMemory(Path).write({ ...own, problems: [problem()] }, signal);
    const { Parameters = [] } = await ssm.getParametersByPath({ Path, Recursive: true });
    expect(Parameters).toMatchObject([
      { Name: expect.stringMatching(/\/problems\/[0-9a-f]{32}\/settlement$/), Type: "String" },
    ]);
    expect(JSON.parse(Parameters[0]?.Value ?? "")).toMatchObject({ secret: "arn:a" });
  });

  it.each([
    "",
    "null",
    "[]",
    '{"secret":"arn:a"}',
    '{"secret":"arn:a","domain":"watch","problems":[{}]}',
  ])("what somebody has written by hand is as if it were not there: %s", async (Value) => {
    const Path = path();
    const memory = parameterMemory(Path);
    await ssm.putParameter({ Name: `${Path}/x/settlement`, Value: Value || " ", Type: "String" });
    expect(await memory.list(signal)).toEqual([]);
  });

  it("a refusal names the call, the parameter and what to allow", async () => {
    using _ = aws.intercept({
      before({ principal }) {
        if (principal === "settle") throw new AwsError("AccessDeniedException", "no");
      },
    });
    const memory = parameterMemory("/q/problems");
    for (const call of [
      () => memory.list(signal),
      () => memory.of("arn:a", signal),
      () => memory.write({ ...own, problems: [problem()] }, signal),
      () => memory.write({ ...own, problems: [] }, signal),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "AWS_CALL_FAILED", retryable: false });
      await expect(call()).rejects.toThrow(
        /ssm:\w+ on \/q\/problems.*Allow ssm:\w+ in the function's role/,
      );
    }
  });

  it("throttled calls are repeated", async () => {
    let count = 0;
    using _ = aws.intercept({
      before({ operation }) {
        count += operation === "PutParameter" ? 1 : 0;
        if (operation === "PutParameter" && count <= 2)
          throw new AwsError("ThrottlingException", "Rate exceeded");
      },
    });
    const memory = parameterMemory(path());
    await memory.write({ ...own, problems: [problem()] }, signal);
    expect(await memory.list(signal)).toHaveLength(1);
  });
});
