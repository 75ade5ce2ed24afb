/** `npm run conformance -- --aws` on a stand-in in the place of an account: what it makes, and that it removes it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeEach, expect, it } from "vitest";
import { connect } from "../../lab/conformance/clients.ts";
import { type FactResult, table } from "../../lab/conformance/result.ts";
import type { Statement } from "../../lab/conformance/session.ts";
import { PREFIX } from "../../lab/conformance/settings.ts";
import { sweep, total } from "../../lab/conformance/sweep.ts";
import { AwsError, type Call, startAws } from "../../standin/aws.ts";
import { clientConfig } from "../standin/fixtures.ts";

const root = resolve(import.meta.dirname, "../..");
const aws = await startAws();
const clients = connect(clientConfig(aws));
const temporary = mkdtempSync(join(tmpdir(), "quarterturn-conformance-"));
beforeEach(() => aws.reset());
afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  rmSync(temporary, { recursive: true });
});

function command(...options: string[]) {
  const child = spawn(process.execPath, ["lab/conformance.ts", ...options], {
    cwd: root,
    env: { PATH: process.env["PATH"], TMPDIR: temporary, ...aws.env("operator") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]).then(
    ([stdout, stderr, [code]]) => ({ code: code as number | null, stdout, stderr }),
  );
  return { child, ended };
}

/** How many resources of runs there are. They are gone then. */
const left = async () => total(await sweep(clients, PREFIX, []));

const called = (operation: string) => aws.calls.some((call) => call.operation === operation);

/** Sends a signal while a rotation is under way. */
async function interrupted(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  while (!called("RotateSecret")) await sleep(20);
  child.kill(signal);
}

it("says what it makes, costs and takes, and makes nothing without --yes", async () => {
  const { code, stderr } = await command("--aws").ended;
  expect(code).toBe(2);
  expect(stderr).toMatch(/^Account 123456789012, Region eu-central-1\./);
  for (const each of ["about 150 secrets", "Costs less than 0.50 USD", "20 to 60 minutes"]) {
    expect(stderr).toContain(each);
  }
  expect(new Set(aws.calls.map(({ operation }) => operation))).toEqual(
    new Set(["GetCallerIdentity", "DescribeTrails"]),
  );
});

it("tells what holds and what does not, and removes what it made", async () => {
  using _ = aws.intercept({
    before({ operation }) {
      if (operation === "UpdateSecretVersionStage") throw new AwsError("TestException", "canary");
    },
  });
  const run = command("--aws", "--yes", "--json", "--only", "Moving labels by hand");
  const { code, stdout, stderr } = await run.ended;
  expect(code).toBe(1);
  const { facts } = JSON.parse(stdout);
  expect(facts.length).toBeGreaterThanOrEqual(10);
  expect(facts).toContainEqual({
    topic: "Moving labels by hand",
    says: "AWSCURRENT moves back, and AWSPREVIOUS with it",
    source: expect.stringMatching(/^https:/),
    outcome: "does not hold",
    note: "canary",
  });
  expect(stderr).toMatch(/Removed: secret: 1\d\.\n$/);
  expect(await left()).toBe(0);
  expect(readdirSync(join(temporary, PREFIX))).toEqual([]);
});

it("removes what it made when it is interrupted", { tags: "ci" }, async () => {
  const { child, ended } = command("--aws", "--yes", "--only", "A rotation that is under way");
  await interrupted(child, "SIGINT");
  const { code, stderr } = await ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/Removed: Lambda function: 1, SQS queue: 1, secret: \d, IAM role: 1\./);
  expect(await left()).toBe(0);
});

it("what a run leaves that is killed, --sweep removes, also what ListSecrets does not show yet", {
  tags: "ci",
}, async () => {
  const { child, ended } = command("--aws", "--yes", "--only", "A rotation that is under way");
  await interrupted(child, "SIGKILL");
  await ended;
  expect(readdirSync(join(temporary, PREFIX))).toHaveLength(1);
  using lag = aws.intercept({
    before({ operation }) {
      if (operation === "ListSecrets") throw new AwsError("TestException", "it lags");
    },
  });
  const blind = await command("--aws", "--sweep").ended;
  expect(blind.code).toBe(1);
  expect(blind.stderr).toContain("Cannot look for each secret: TestException: it lags");
  lag[Symbol.dispose]();
  expect(await left()).toBe(0);
  const again = await command("--aws", "--sweep").ended;
  expect(again.code).toBe(0);
  expect(readdirSync(join(temporary, PREFIX))).toEqual([]);
});

it("what only an account can show holds where it denies as the documentation says", {
  tags: "ci",
}, async () => {
  using _ = aws.intercept({ before: enforcing() });
  const run = command("--aws", "--yes", "--json", "--only", "Conditions of roles");
  const { code, stdout } = await run.ended;
  const { facts } = JSON.parse(stdout);
  expect(facts.filter(({ outcome }: FactResult) => outcome !== "holds")).toEqual([]);
  expect(facts.length).toBeGreaterThanOrEqual(5);
  expect(code).toBe(0);
  expect(await left()).toBe(0);
});

/** Denies what the policy of a session does not allow. The keys are those of the service authorization reference. */
function enforcing() {
  const policies = new Map<string, readonly Statement[]>();
  return async ({ operation, principal, input }: Call) => {
    if (operation === "AssumeRole") {
      const { Statement } = JSON.parse(String(input["Policy"]));
      policies.set(`ASIA-${input["RoleSessionName"]}`, Statement);
    }
    const statements = policies.get(principal);
    if (!statements) return;
    const context = await contextOf(input);
    const action = `secretsmanager:${operation}`;
    const isAllowed = statements.some(
      ({ Action, Condition }) => [Action].flat().includes(action) && fits(Condition, context),
    );
    if (!isAllowed) throw new AwsError("AccessDeniedException", `not authorized: ${action}`);
  };
}

type Context = Readonly<Record<string, readonly string[] | undefined>>;

async function contextOf(input: Call["input"]): Promise<Context> {
  const SecretId = String(input["SecretId"]);
  const { RotationLambdaARN } = await clients.secrets.send(new DescribeSecretCommand({ SecretId }));
  const text = (value: unknown) => (value === undefined ? undefined : [String(value)]);
  return {
    "secretsmanager:VersionStage": text(input["VersionStage"]),
    "secretsmanager:resource/AllowRotationLambdaArn": text(RotationLambdaARN),
    "secretsmanager:RotationLambdaARN": text(input["RotationLambdaARN"]),
    "secretsmanager:RotateImmediately": text(input["RotateImmediately"]),
    "secretsmanager:ModifyRotationRules": text(input["RotationRules"] !== undefined),
    "aws:TagKeys": (input["Tags"] as { Key: string }[] | undefined)?.map(({ Key }) => Key),
  };
}

function fits(condition: Statement["Condition"] = {}, context: Context): boolean {
  return Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, expected]) => {
      const values = context[key];
      if (operator === "Null") return String(values === undefined) === expected;
      if (operator === "BoolIfExists") return values === undefined || values[0] === expected;
      if (operator === "StringEquals" || operator === "Bool") return values?.[0] === expected;
      expect(operator).toBe("ForAllValues:StringLike");
      const prefix = String(expected).replace(/\*$/, "");
      return (values ?? []).every((value) => value.startsWith(prefix));
    }),
  );
}

it("names the topics that there are where it does not find one", async () => {
  const { code, stderr } = await command("--only", "nonsense").ended;
  expect(code).toBe(2);
  expect(stderr).toContain('No topic has "nonsense" in its name. There are:\n');
  expect(stderr).toContain("  Moving labels by hand\n");
});

it("prints what does not hold ahead of what does, and cells that a table can hold", () => {
  const fact = { topic: "T", source: "s", note: "a | b\nc" };
  const printed = table([
    { ...fact, says: "one", outcome: "holds" },
    { ...fact, says: "two", outcome: "does not hold" },
  ]);
  expect(printed.split("\n").slice(2)).toEqual([
    "| does not hold | T: two | a \\| b c | s |",
    "| holds | T: one | a \\| b c | s |",
  ]);
});
