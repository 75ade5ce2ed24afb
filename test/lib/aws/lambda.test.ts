import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { lambdaMirrorer } from "../../../lib/aws/lambda-mirrorer.ts";
import { lambdaRetirer } from "../../../lib/aws/lambda-retirer.ts";
import { type Aws, startAws } from "../../../standin/aws.ts";
import { temporaryBundle } from "../../standin/fixtures.ts";

const signal = AbortSignal.timeout(60_000);

let aws: Aws;
beforeAll(async () => {
  aws = await startAws();
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

const failed = (code: string, told: boolean) =>
  `return { outcome: "failed", code: "${code}", happened: "It is so.", told: ${told} };`;
const thrown = (code: string) =>
  `throw Object.assign(new Error("It is so. Do."), { name: "${code}" });`;

describe("a function that settlement invokes", () => {
  it.each([
    ["has reported", failed("UNREACHABLE", true), { why: "UNREACHABLE: It is so.", told: true }],
    [
      "did not report",
      failed("UNREACHABLE", false),
      { why: "UNREACHABLE: It is so.", told: false },
    ],
    ["throws", thrown("UNREACHABLE"), { why: "UNREACHABLE: It is so. Do.", told: false }],
    ["dies of", "process.exit(1);", { why: "Runtime.ExitError: ", told: false }],
    ["answers with text", 'return "no";', { why: "Its answer cannot be used: ", told: false }],
    ["answers with nothing", "", { why: "Its answer cannot be used: ", told: false }],
    ["answers otherwise", "return {};", { why: "Its answer cannot be used: ", told: false }],
  ])("and that %s a failure says whether on-call has been told", async (_, body, { why, told }) => {
    await invoking(body, async (name) => {
      const request = { secret: "app", version: "v1" };
      const happened = expect.stringContaining(`${name} failed: ${why}`);
      await expect(lambdaMirrorer(name).mirror(request, signal)).rejects.toMatchObject({
        code: "MIRROR_FAILED",
        happened,
        told,
      });
      const retirer = lambdaRetirer(name);
      for (const leaked of [false, true])
        await expect(retirer.retire({ ...request, leaked }, signal)).rejects.toMatchObject({
          code: "RETIREMENT_FAILED",
          happened,
          told,
        });
    });
  });

  it.each<[string, unknown]>([
    ["{ heldBy: 'AWSCURRENT' }", { heldBy: "AWSCURRENT" }],
    ["{ heldBy: 'AWSPENDING' }", { heldBy: "AWSPENDING" }],
    ["{ sessions: 2 }", { sessions: 2 }],
    ["{ accepted: false }", "dead"],
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

  it("says which server could not be used", async () => {
    const body = `return { outcome: "failed", code: "UNREACHABLE", happened: "No.", told: true, server: "db:5432" };`;
    const request = { secret: "app", version: "v1", leaked: false };
    const retired = invoking(body, (name) => lambdaRetirer(name).retire(request, signal));
    await expect(retired).rejects.toMatchObject({ server: "db:5432", told: true });
  });

  it.each([failed("STILL_ACCEPTED", true), thrown("STILL_ACCEPTED")])(
    "answers that the credential is still accepted: %s",
    async (body) => {
      const request = { secret: "app", version: "v1", leaked: false };
      const retired = invoking(body, (name) => lambdaRetirer(name).retire(request, signal));
      expect(await retired).toBe("accepted");
    },
  );
});
