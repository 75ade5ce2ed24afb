import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { InvokedFunction } from "../../../lib/aws/lambda.ts";
import { lambdaMirrorer } from "../../../lib/aws/lambda-mirrorer.ts";
import { lambdaRetirer } from "../../../lib/aws/lambda-retirer.ts";
import { type Aws, startAws } from "../../../standin/aws.ts";
import { temporaryBundle } from "../../standin/fixtures.ts";

const signal = AbortSignal.timeout(60_000);

let aws: Aws;
beforeAll(async () => {
  aws = await startAws({ lambda: { asyncRetryDelaysMs: [0, 0] } });
  for (const [name, value] of Object.entries(aws.env("settle"))) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws?.[Symbol.asyncDispose]();
});

/** A function whose handler has this body, while `use` runs. */
async function invoking<T>(body: string, use: (name: string) => Promise<T>): Promise<T> {
  await using bundle = await temporaryBundle(`export const handler = async () => { ${body} };`);
  const name = `invoked-${randomUUID()}`;
  aws.functions.register({ name, bundle: bundle.path });
  return await use(name);
}

const failed = (code: string) =>
  `return { outcome: "failed", code: "${code}", subject: "db:5432", server: "db:5432", impact: "unknown", happened: "It is so.", remedy: "Do.", retryable: false };`;

describe("a function that settlement invokes", () => {
  it.each([
    ["throws", 'throw new Error("It is so.");', "Error: It is so."],
    ["dies", "process.exit(1);", "Runtime.ExitError: "],
    ["answers with text", 'return "no";', "Its answer cannot be used: "],
    ["answers with nothing", "", "Its answer cannot be used: "],
    ["answers otherwise", "return {};", "Its answer cannot be used: "],
  ])("and that %s has failed, and may succeed later", async (_, body, why) => {
    await invoking(body, async (name) => {
      const request = { secret: "app", version: "v1" };
      const happened = expect.stringContaining(`${name} failed: ${why}`);
      const more = { happened, retryable: true, functionName: name };
      await expect(lambdaMirrorer(name).mirror(request, signal)).rejects.toMatchObject({
        code: "MIRROR_FAILED",
        ...more,
      });
      const retirer = lambdaRetirer(name);
      for (const leaked of [false, true])
        await expect(retirer.retire({ ...request, leaked }, signal)).rejects.toMatchObject({
          code: "RETIREMENT_FAILED",
          ...more,
        });
    });
  });

  it("and that answers a failure has failed with that code, subject, server and remedy", async () => {
    await invoking(failed("UNREACHABLE"), async (name) => {
      const request = { secret: "app", version: "v1" };
      const failure = {
        code: "UNREACHABLE",
        subject: "db:5432",
        server: "db:5432",
        impact: "unknown",
        happened: `${name} failed: It is so.`,
        remedy: "Do.",
        retryable: false,
      };
      const retired = lambdaRetirer(name).retire({ ...request, leaked: false }, signal);
      await expect(retired).rejects.toMatchObject(failure);
      await expect(lambdaMirrorer(name).mirror(request, signal)).rejects.toMatchObject(failure);
    });
  });

  it.each<[string, unknown]>([
    ["{ heldBy: 'AWSCURRENT' }", { heldBy: "AWSCURRENT" }],
    ["{ heldBy: 'AWSPENDING' }", { heldBy: "AWSPENDING" }],
    ["{ sessions: 2 }", { sessions: 2 }],
    ["{ accepted: false }", "dead"],
    ["{ waiting: 'it was used' }", { waiting: "it was used", refused: false }],
    [
      "{ waiting: 'so', refused: true, task: { code: 'KEY_FOREIGN', happened: 'A.', remedy: 'B.' } }",
      {
        waiting: "so",
        refused: true,
        task: { code: "KEY_FOREIGN", happened: "A.", remedy: "B." },
      },
    ],
  ])("answers what is no failure: %s", async (answer, expected) => {
    const request = { secret: "app", version: "v1", leaked: false };
    const retired = invoking(`return ${answer};`, (name) =>
      lambdaRetirer(name).retire(request, signal),
    );
    expect(await retired).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ["{ accepted: true }", "alive"],
    ["{ accepted: false }", "dead"],
    ["{ heldBy: 'AWSPENDING' }", { heldBy: "AWSPENDING" }],
    ["{ elsewhere: true }", "elsewhere"],
  ])("answers a probe: %s", async (answer, expected) => {
    const request = { secret: "app", version: "v1" };
    const probed = invoking(`return ${answer};`, (name) =>
      lambdaRetirer(name).probe(request, signal),
    );
    expect(await probed).toEqual(expected);
  });

  it("answers that the credential is still accepted", async () => {
    const request = { secret: "app", version: "v1", leaked: false };
    const retired = invoking(failed("STILL_ACCEPTED"), (name) =>
      lambdaRetirer(name).retire(request, signal),
    );
    expect(await retired).toBe("accepted");
  });
});

describe("a function that is started", () => {
  it("runs, and is not waited for", async () => {
    await invoking('throw new Error("It is so.");', async (name) => {
      const before = aws.calls.length;
      await new InvokedFunction(name).start({ followUp: 1 }, signal);
      expect(aws.calls.slice(before)).toMatchObject([
        { operation: "Invoke", input: { InvocationType: "Event", Payload: '{"followUp":1}' } },
      ]);
      await aws.idle();
    });
  });

  it("cannot be where it is not there", async () => {
    await expect(new InvokedFunction("nowhere").start({}, signal)).rejects.toMatchObject({
      code: "AWS_CALL_FAILED",
      subject: expect.stringContaining("lambda:InvokeFunction"),
    });
  });
});
