/** The command on the stand-in, with the built function, a PostgreSQL server and ECS tasks that are processes. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type PostgresServer, startPostgres } from "../../lab/postgres/server.ts";
import { AwsError } from "../../standin/aws.ts";
import { failedRotation } from "../lib/emergency/on-production.ts";
import { Production } from "../lib/settlement/production.ts";
import { describeNeeding } from "../needing.ts";
import { outcome } from "../run-program.ts";
import { until } from "../standin/ecs-fixtures.ts";
import {
  factsIn,
  runEmergency,
  secret,
  startAtTerminal,
  startEmergency,
} from "./emergency-world.ts";

vi.setConfig({ testTimeout: 120_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

const leaked = ["--leaked", secret, "--yes", "--reason"];

/** How many versions emergencies have made. */
const rotations = (production: Production) =>
  new Set(
    production.world.aws.calls
      .filter(({ operation }) => operation === "RotateSecret")
      .map(({ input }) => input["ClientRequestToken"]),
  ).size;

async function consuming(): Promise<Production> {
  const production = await Production.open(server);
  await production.serveConsumers();
  await production.connect(5);
  return production;
}

describe("npm run emergency in a pipe", () => {
  it("--leaked shows each fact as it becomes known, until nothing is left", async () => {
    await using production = await consuming();
    const ran = await runEmergency(production, [...leaked, "INC-1"]);
    const facts = factsIn(ran);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const id = facts[0]?.["id"] ?? "";
    expect(facts[0]).toMatchObject({ fact: "plan", secret, plan: "start", action: "leaked" });
    expect(facts[1]).toMatchObject({ fact: "started", id });
    expect(facts.at(-1)).toMatchObject({ fact: "end", outcome: "done" });
    const order = facts.map(({ fact }) => fact).filter((fact) => fact !== "consumer");
    expect(order).toEqual(["plan", "started", "rotating", "promoted", "dead", "settled", "end"]);
    const consumer = { fact: "consumer", consumer: "service production/web", state: "proven" };
    expect(facts).toContainEqual(expect.objectContaining(consumer));
    const request = production.world.aws.calls.find(({ operation }) => operation === "PutEvents");
    expect(JSON.stringify(request?.input)).toContain("INC-1");
    expect(JSON.stringify(request?.input)).toContain("arn:aws:iam::123456789012:user/standin");
    // A second time is the same emergency, and it is done.
    const again = await runEmergency(production, [...leaked, "INC-1"]);
    expect(again.code).toBe(0);
    expect(factsIn(again)[0]).toMatchObject({ fact: "plan", plan: "done", id });
    expect(rotations(production)).toBe(1);
    const status = await runEmergency(production, ["--status", "--id", id]);
    expect(status).toMatchObject({ code: 0, stderr: "" });
    expect(factsIn(status).map(({ fact }) => fact)).toContain("settled");
  });

  it("may be started twice at once: one emergency, which both show", { tags: "ci" }, async () => {
    await using production = await consuming();
    const both = await Promise.all(
      [1, 2].map(() => runEmergency(production, [...leaked, "INC-2"])),
    );
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    for (const ran of both) expect(factsIn(ran).map(({ fact }) => fact)).toContain("dead");
    expect(rotations(production)).toBe(1);
  });

  it("goes on though it is killed, says so on Ctrl-C, and is shown by the same command again", {
    tags: "ci",
  }, async () => {
    await using production = await consuming();
    const child = startEmergency(production, [...leaked, "INC-3"]);
    const running = outcome(child);
    await until(async () => rotations(production) === 1);
    child.kill("SIGINT");
    const ran = await running;
    expect(ran.code).toBe(130);
    expect(ran.stderr).toMatch(
      /^\nThe emergency continues\. Look again: npm run emergency -- --status --id [0-9a-f]{12} --function emergency\n$/,
    );
    const killed = startEmergency(production, [...leaked, "INC-3"]);
    await once(killed.stdout ?? killed, "data");
    killed.kill("SIGKILL");
    const again = await runEmergency(production, [...leaked, "INC-3"]);
    expect(again.code).toBe(0);
    expect(factsIn(again)[0]?.["plan"]).toMatch(/continue|done/);
    expect(rotations(production)).toBe(1);
  });

  it("goes on though whoever reads its output has gone", { tags: "ci" }, async () => {
    await using production = await consuming();
    const child = startEmergency(production, [...leaked, "INC-6"]);
    await once(child.stdout ?? child, "data");
    const printed = child.stderr?.toArray();
    child.stdout?.destroy();
    const [code] = await once(child, "exit");
    expect([code, await printed]).toEqual([1, []]);
    await until(async () => production.over().includes("EMERGENCY"));
    expect((await production.world.labels())["AWSCURRENT"]).toMatch(/^leaked-/);
  });

  it("says that an old version is dead, and does nothing", { tags: "ci" }, async () => {
    await using production = await consuming();
    const { AWSCURRENT: version = "" } = await production.world.labels();
    await runEmergency(production, [...leaked, "INC-7"]);
    await until(async () => production.over().includes("EMERGENCY"));
    const ran = await runEmergency(production, [...leaked, "INC-8", "--version-id", version]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(factsIn(ran)[0]).toMatchObject({ fact: "plan", plan: "done" });
    expect(factsIn(ran)[0]?.["says"]).toContain("is dead already");
    expect(rotations(production)).toBe(1);
  });

  it("--rotate ends when the new version is in place", { tags: "ci" }, async () => {
    await using production = await consuming();
    const ran = await runEmergency(production, ["--rotate", "--all", "--yes", "--reason", "check"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(factsIn(ran).map(({ fact }) => fact)).toContain("promoted");
    const status = await runEmergency(production, ["--status", secret]);
    expect(status.code).toBe(0);
  });
});

describe("npm run emergency, after a rotation,", () => {
  const options = (action: string) => [action, secret, "--yes", "--reason", "INC-9"];

  it("--rollback brings the previous version back, and its consumers", { tags: "ci" }, async () => {
    await using production = await consuming();
    const { AWSCURRENT: before } = await production.world.labels();
    await production.rotate();
    const ran = await runEmergency(production, options("--rollback"));
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const facts = factsIn(ran);
    expect(facts).toContainEqual(expect.objectContaining({ fact: "promoted", version: before }));
    const consumer = { consumer: "service production/web", state: "proven" };
    expect(facts).toContainEqual(expect.objectContaining(consumer));
    expect((await production.world.labels())["AWSCURRENT"]).toBe(before);
  });

  it("--repair starts nothing where nothing is wrong", { tags: "ci" }, async () => {
    await using production = await Production.open(server);
    const all = ["--repair", "--all", "--yes", "--reason", "INC-9"];
    const ran = await runEmergency(production, all);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(factsIn(ran)[0]).toMatchObject({ fact: "plan", plan: "done" });
    expect(factsIn(ran).at(-1)).toMatchObject({ fact: "end", outcome: "done" });
  });

  it("--repair of one that gave up ends when a new one has taken its place", {
    tags: "ci",
  }, async () => {
    await using production = await Production.open(server);
    await failedRotation(
      production,
      ({ operation, input }) =>
        operation === "UpdateSecretVersionStage" && input["VersionStage"] === "AWSCURRENT",
    );
    const ran = await runEmergency(production, options("--repair"));
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const facts = factsIn(ran).map(({ fact }) => fact);
    expect(facts).toEqual(expect.arrayContaining(["problem", "promoted"]));
  });
});

describe("npm run emergency changes nothing", () => {
  it.each<[string, string[], number, string]>([
    ["without a question", ["--leaked", secret, "--reason", "x"], 2, "There is no terminal to ask"],
    ["for a dry run", ["--leaked", secret, "--reason", "x", "--dry-run"], 0, ""],
    [
      "for a secret that the manifest does not name",
      ["--leaked", "production/database/primry", "--reason", "x", "--yes"],
      2,
      `rotation.yml does not name the secret "production/database/primry" (did you mean "${secret}"?)`,
    ],
    [
      "for a pattern that matches nothing",
      ["--leaked", "--pattern", "prodution/*", "--reason", "x", "--yes"],
      2,
      'No secret in rotation.yml matches "prodution/*"',
    ],
    [
      "for a tag that no secret has",
      ["--rotate", "--tag", "team=shop", "--reason", "x", "--yes"],
      2,
      "No secret in rotation.yml has the tag team=shop.",
    ],
    [
      "where the function is not deployed",
      [...leaked, "x", "--stage", "staging"],
      1,
      "There is no function quarterturn-staging-emergency in ",
    ],
    [
      "for an emergency that nobody started",
      ["--status", "--id", "never"],
      1,
      "No secret of rotation.yml remembers emergency never",
    ],
  ])("%s", async (_, options, code, message) => {
    await using production = await Production.open(server);
    const ran = await runEmergency(production, options);
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr).toContain(message);
    expect(rotations(production)).toBe(0);
  });

  it("without the right to invoke the function, and says which", async () => {
    await using production = await Production.open(server);
    using _ = production.world.aws.intercept({
      before({ operation, principal }) {
        if (operation === "Invoke" && principal === "person")
          throw new AwsError("AccessDeniedException", "no");
      },
    });
    const ran = await runEmergency(production, [...leaked, "x"]);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toMatch(
      /^Your AWS credentials may not invoke emergency in .*InvokeFunction/,
    );
  });

  it("where the function is of another release", async () => {
    await using production = await Production.open(server);
    const { aws } = production.world;
    using _ = aws.intercept({
      before(call) {
        if (call.operation !== "Invoke" || call.principal !== "person") return;
        const payload = String(call.input["Payload"]);
        call.input["Payload"] = payload.replace('"leaked"', '"of-tomorrow"');
      },
    });
    const ran = await runEmergency(production, [...leaked, "x"]);
    expect(ran.code, ran.stderr).toBe(2);
    expect(ran.stderr).toContain("action must be one of");
    expect(ran.stderr).toContain("the function is from another release than this command");
  });
});

const python =
  spawnSync("python3", ["--version"]).status === 0 ? undefined : "python3, which plays a terminal";

describeNeeding(python, "npm run emergency at a terminal", {}, () => {
  it("shows the plan, asks, and draws a table until the end", async () => {
    await using production = await consuming();
    const options = ["--leaked", secret, "--reason", "INC-4"];
    const { code, stdout } = await outcome(startAtTerminal(production, options, "y\n"));
    expect(code).toBe(0);
    expect(stdout).toContain("the other user takes over with a new password");
    expect(stdout).toContain("\x1b[2A\r\x1b[JEmergency ");
    expect(stdout).toMatch(
      /settled {2}dead after \d\.\d s {2}consumers 1\/1 back\r\n\r\nDone\.\r\n$/,
    );
  });

  it.each([
    ["unless the answer is yes", "\n", 1],
    ["on Ctrl-C at the question", "\u0003", 130],
  ])("starts nothing %s", async (_, typed, exitCode) => {
    await using production = await Production.open(server);
    const options = ["--leaked", secret, "--reason", "INC-5"];
    const { code, stdout } = await outcome(startAtTerminal(production, options, typed));
    expect(code).toBe(exitCode);
    expect(stdout).toContain("Nothing was done.");
    expect(rotations(production)).toBe(0);
  });
});
