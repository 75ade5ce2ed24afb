import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Finding } from "../../lib/validation/finding.ts";
import { AwsError } from "../../standin/aws.ts";
import { sampled } from "../everything.ts";
import { describeNeeding } from "../needing.ts";
import { runProgramIn } from "../run-program.ts";
import { newKey, SupplyWorld } from "./supply-world.ts";

vi.setConfig({ testTimeout: 60_000 });

const stripe = "production/api-keys/stripe";
const console_ = "https://dashboard.stripe.example/apikeys";

let world: SupplyWorld;
beforeAll(async () => {
  const supplied = { type: "supplied", prefix: "sk_live_", console: console_ };
  const one = { consumers: "complete", credentials: [{ ...supplied, field: "api_key" }] };
  world = await SupplyWorld.open({
    [stripe]: one,
    "production/parts": {
      credentials: [{ type: "supplied", fields: { secret: "secret", id: "client_id" } }],
    },
    "production/typed": {
      credentials: [{ type: "supplied", fields: { secret: "secret", id: "client_id" } }],
    },
    "production/two": {
      credentials: [
        { ...supplied, field: "first" },
        { ...supplied, field: "second" },
      ],
    },
    "production/absent": one,
    "production/denied": one,
    "production/other": { credentials: [{ type: "generated", format: "hex", field: "x" }] },
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:elsewhere-AbCdEf": one,
    "staging/stripe": { ...one, stages: ["staging"] },
  });
  for (const name of [stripe, "production/denied"]) await world.create(name, { api_key: newKey() });
  await world.create("production/parts", { secret: newKey(), client_id: "client-one" });
  await world.create("production/typed", { secret: newKey(), client_id: "client-one" });
  await world.create("production/two", { first: newKey(), second: newKey() });
});
afterAll(() => world?.[Symbol.asyncDispose]());

describe("from a pipe", () => {
  it("the key is taken, staged and promoted, and what comes next is said", async () => {
    const key = newKey();
    const ran = await world.pipe(`${key}\n`, [stripe]);
    expect(ran.stderr).toBe("");
    const [version] = Object.keys(await world.labels(stripe)).filter((id) =>
      id.startsWith("supply-"),
    );
    const due = new Date(Date.now() + 90 * 24 * 3600e3).toISOString().slice(0, 10);
    expect(ran.stdout).toBe(
      `${stripe}: AWSCURRENT is version ${version} now, with the key in api_key that you handed over.
Next, automatically: settlement redeploys the consumers, and waits until none holds the old key.
Keep the old key until then: on-call is asked to delete it at ${console_} when nobody needs it.
The next one is due by ${due}; reminders come 14, 7 and 1 days ahead.
`,
    );
    expect(ran.code).toBe(0);
    expect(await world.read(stripe)).toEqual({ api_key: key });
    expect(world.operations()).toEqual([
      "secretsmanager:DescribeSecret",
      "secretsmanager:GetSecretValue",
      "secretsmanager:ListSecretVersionIds",
      "secretsmanager:PutSecretValue",
      "secretsmanager:TagResource",
      "secretsmanager:UpdateSecretVersionStage",
    ]);
    const again = await world.pipe(key, [stripe]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toContain(`AWSCURRENT is version ${version} already`);
    const other = await world.pipe(newKey(), [stripe]);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain("is not settled");
  });

  it("a key of several parts is a line for each", async () => {
    const key = newKey();
    expect(await world.pipe(`${key}\nclient-two\n`, ["production/parts"])).toMatchObject({
      code: 0,
    });
    expect(await world.read("production/parts")).toEqual({ secret: key, client_id: "client-two" });
  });

  it("one of several keys is named, and the other one stays", async () => {
    const { first } = await world.read("production/two");
    const key = newKey();
    const unnamed = await world.pipe(key, ["production/two"]);
    expect(unnamed.stderr).toContain("Use --field first or --field second.");
    expect(unnamed.code).toBe(1);
    expect(await world.pipe(key, ["production/two", "--field", "second"])).toMatchObject({
      code: 0,
    });
    expect(await world.read("production/two")).toEqual({ first, second: key });
  });
});

describe("is refused with a sentence, and the key is not repeated:", () => {
  const key = newKey();
  const cases: [string, string, string[], number, string][] = [
    ["the key as an argument", "", [stripe, key], 2, "make another one"],
    ["the key as the secret", "", [key], 1, "rotation.yml has no such secret"],
    ["the key as a field", "", [stripe, "--field", key], 1, "--field does not name one of them"],
    ["the key as an option", "", [stripe, `--key=${key}`], 2, "These options are invalid."],
    ["the key as an option's name", "", [stripe, `--${key}`], 2, "These options are invalid."],
    ["the key as a stage", "", [stripe, "--stage", `${key}.`], 2, "the name of a stage"],
    ["the key as a file", "", [stripe, "--file", key], 2, "There is no such manifest"],
    ["no secret", key, [], 2, "Name the secret."],
    [
      "a secret that rotates by itself",
      key,
      ["production/other"],
      1,
      "production/other has no key that people make: Quarterturn makes its new ones itself. To do that now: aws secretsmanager rotate-secret --secret-id production/other",
    ],
    ["a secret of another stage", key, ["staging/stripe"], 1, "in stage production"],
    ["nothing", "\n", ["production/denied"], 1, "The key is empty"],
    ["another shape", "x".repeat(20), ["production/denied"], 1, "one that begins with sk_live_"],
    [
      "a secret that does not exist",
      key,
      ["production/absent"],
      1,
      "There is no such secret in eu-central-1",
    ],
    ["a secret of another Region", key, ["elsewhere"], 2, "The secret is in us-east-1"],
  ];
  it.each(sampled(cases, 4))("%s", async (_, input, options, code, message) => {
    const before = await world.labels("production/denied");
    world.canaries.add("the key", key);
    const ran = await world.pipe(input, options);
    expect(ran).toMatchObject({ code, stdout: "" });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
    expect(await world.labels("production/denied")).toEqual(before);
  });

  it("without the right", async () => {
    using _ = world.aws.intercept({
      before(call) {
        if (call.operation === "PutSecretValue") throw new AwsError("AccessDeniedException", "no");
      },
    });
    const ran = await world.pipe(key, ["production/denied"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("secretsmanager:PutSecretValue");
    expect(ran.stderr).toContain("docs/api-keys.md lists the permissions");
    expect(Object.keys(await world.labels("production/denied"))).toHaveLength(1);
  });

  it("without a Region", async () => {
    const none = { AWS_REGION: "", AWS_DEFAULT_REGION: "" };
    const ran = await world.pipe(key, ["production/denied"], none);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("Set AWS_REGION") });
  });
});

const missing =
  spawnSync("python3", ["--version"]).status === 0 ? undefined : "python3, which plays a terminal";

describeNeeding(missing, "at a terminal", { timeout: 60_000 }, () => {
  it("each part is asked for, and not shown", async () => {
    const key = newKey();
    // Two characters too many, which are taken back; and what some terminals put around what is pasted.
    const typed = `\u001b[200~${key}\u001b[201~xx\u007f\b\nclient-two-as-typed\n`;
    const { code, stdout } = await world.type(typed, ["production/typed"]);
    const lines = stdout.replaceAll("\r", "").split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "New key, for secret of production/typed (it is not shown): ",
      "New key, its id, for client_id of production/typed (it is not shown): ",
    ]);
    expect(lines[2]).toContain("production/typed: AWSCURRENT is version supply-");
    expect(stdout).not.toContain("client-two");
    expect(code).toBe(0);
    expect(await world.read("production/typed")).toEqual({
      secret: key,
      client_id: "client-two-as-typed",
    });
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("%s leaves everything as it is", async (_, character) => {
    const before = await world.labels("production/denied");
    const { code, stdout } = await world.type(`${newKey()}${character}`, ["production/denied"]);
    expect(code).toBe(1);
    expect(stdout).toContain("Nothing was handed over; nothing was changed.");
    expect(await world.labels("production/denied")).toEqual(before);
  });

  it("nobody is asked for a key that could not be taken", async () => {
    const { code, stdout } = await world.type(newKey(), ["production/absent"]);
    expect(code).toBe(1);
    expect(stdout).not.toContain("it is not shown");
  });
});

it("`npm run validate -- --live` says that a key is still to be handed over, and that a field is missing", async () => {
  const supplied = { type: "supplied", field: "api_key" };
  await using one = await SupplyWorld.open({
    empty: supplied,
    other: { ...supplied, field: "x" },
    good: supplied,
  });
  await one.create("empty", { api_key: "" });
  for (const name of ["other", "good"]) await one.create(name, { api_key: newKey() });
  const options = ["--live", "--json", "--file", one.file];
  const { stdout } = await runProgramIn(one.env, "cli/validate.ts", ...options);
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const found = findings.filter(({ code }) => code === "FIELD_MISSING");
  expect(found.map(({ secret, remedy }) => [secret, remedy])).toEqual([
    ["empty", "Hand over the first one: npm run supply -- empty"],
    ["other", "Add the field to the secret, or correct its name in rotation.yml."],
  ]);
});
