import { randomBytes } from "node:crypto";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { adminSecretId } from "../../lab/database-secret.ts";
import { brokenPromises, type Performance, perform } from "../../lab/demo/performance.ts";
import { reportOf } from "../../lab/demo/report.ts";
import { defaultEngine, demoEngines, type Scene, sceneOf } from "../../lab/demo/scene.ts";
import { Story } from "../../lab/demo/story.ts";
import type { Server } from "../../lab/server.ts";
import { serverType, serverTypes } from "../../lab/servers.ts";
import { startWorld, type World } from "../../lab/world.ts";
import { steps } from "../../lib/rotation/event.ts";
import { sampled } from "../everything.ts";
import { describeNeeding } from "../needing.ts";
import { runProgram } from "../run-program.ts";

const timeout = 60_000;
const beforeFailure = ["createSecret", "setSecret", "testSecret"].map((step) => ({ step }));

describe("npm run demo", { timeout }, () => {
  it("prints one JSON object whose counts keep the budgets", async () => {
    const { code, stdout } = await runProgram("lab/demo.ts", "--json");
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toEqual({
      secret: "production/database/primary",
      type: "postgres",
      strategy: "alternating-users",
      steps: steps.map((step) => ({
        step,
        ms: expect.any(Number),
        awsRequests: expect.any(Number),
      })),
      awsRequests: expect.any(Number),
      databaseConnections: expect.any(Number),
      refusedConnections: 0,
      logins: {
        attempted: expect.any(Number),
        failed: 0,
        failedSpanMs: 0,
      },
      rotatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      services: [
        {
          name: "web",
          tasks: 3,
          deployment: expect.stringMatching(/./),
          provenAt: expect.stringMatching(/^\d{4}-/),
        },
      ],
      retiredAt: expect.stringMatching(/^\d{4}-/),
      alerts: [],
      oldCredentialRefused: true,
    });
    expect(Date.parse(report.retiredAt)).toBeGreaterThanOrEqual(
      Date.parse(report.services[0].provenAt),
    );
    expect(report.awsRequests).toBeLessThanOrEqual(13);
    expect(report.databaseConnections).toBeGreaterThan(0);
    expect(report.databaseConnections).toBeLessThanOrEqual(4);
    expect(report.logins.attempted).toBeGreaterThan(report.logins.failed);
    expect(Math.abs(Date.now() - Date.parse(report.rotatedAt))).toBeLessThan(60_000);
  });

  it("tells a story without colours when it is piped", { tags: "ci" }, async () => {
    const { code, stdout, stderr } = await runProgram("lab/demo.ts");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain("\u001b");
    for (const step of steps) expect(stdout).toContain(`✓ ${step}`);
    expect(stdout).toContain("app_user:<old password>@");
    expect(stdout).toContain("app_user_clone:<new password>@");
    expect(stdout).toContain("✓ The server refuses it.");
    const widest = Math.max(...stdout.split("\n").map((line) => line.length));
    expect(widest).toBeLessThanOrEqual(100);
  });

  it("lets a step fail, and nobody is harmed", { tags: "ci" }, async () => {
    const { code, stdout } = await runProgram("lab/demo.ts", "--json", "--fail", "testSecret");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      steps: [...beforeFailure, ...beforeFailure],
      rotatedAt: "2024-01-01T00:00:00Z",
      oldCredentialRefused: false,
      outcome: {
        succeeded: false,
        attempts: 2,
        error: { code: "AWS_CALL_FAILED", message: expect.stringContaining("GetSecretValue") },
      },
    });
  });

  it("lists the engines where there is none of that name", async () => {
    const { code, stdout, stderr } = await runProgram("lab/demo.ts", "--engine", "redsi");
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(
      '--engine takes postgres, mariadb, mysql, redis, valkey, mongodb, not "redsi" (did you mean "redis"?).',
    );
  });

  it("says how to get a server that is not installed", () => {
    vi.spyOn(serverTypes.mysql, "missing").mockReturnValueOnce("MySQL is not installed; run X");
    expect(() => sceneOf({ engine: "mysql" })).toThrow("MySQL is not installed; run X.");
  });

  it("takes the strategies of the engine alone", () => {
    expect(() => sceneOf({ engine: "redis", strategy: "alternating-users" })).toThrow(
      '--strategy with --engine redis takes two-passwords, in-place, not "alternating-users".',
    );
  });

  const mistakes = [
    ["--fail", "deleteSecret"],
    ["--strategy", "hope"],
    ["--step-gap", "soon"],
    ["--colour", "never"],
  ];
  it.concurrent.each(sampled(mistakes, 4))("refuses %s %s with exit code 2", async (...options) => {
    const { code, stdout, stderr } = await runProgram("lab/demo.ts", ...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(options[0]);
  });
});

const scenes = demoEngines.map((engine) => ({
  engine,
  // The first one is without a failure.
  cases: [undefined, ...steps].flatMap((fail) =>
    serverType(engine).strategies.map((strategy): Scene => ({ engine, strategy, fail })),
  ),
}));

/** Names of the other engines, but for what comes next: `npm run local` runs PostgreSQL. */
const othersIn = (output: string, engine: string) =>
  demoEngines
    .filter((other) => other !== engine)
    .map((other) => serverType(other).name)
    .filter((name) => (output.split("Where to go next")[0] ?? "").includes(name));

describe.each(scenes)("what the demo shows of $engine", { timeout }, ({ engine, cases }) => {
  const missing = serverType(engine).missing?.();
  const isDefault = engine === defaultEngine;
  describeNeeding(missing, "which is here", isDefault ? {} : { tags: "ci" }, () => {
    let server: Server;
    beforeAll(async () => {
      server = await serverType(engine).start();
    });
    afterAll(() => server?.[Symbol.asyncDispose]());

    it.each(isDefault ? sampled(cases, 10) : cases.filter((_, at) => at % 3 === 0))(
      "keeps its promises ($strategy, fails: $fail)",
      async (scene) => {
        const { strategy, fail } = scene;
        const { world, output, shown } = await rehearse(server, scene);
        await using _ = world;
        expect(brokenPromises(shown, fail)).toEqual([]);
        const passwords = await passwordsOf(world);
        expect(passwords.size).toBe(fail === "createSecret" ? 1 : 2);
        for (const each of [...passwords, await administratorsPassword(world)])
          expect(output.includes(each)).toBe(false);
        expect(output).toContain("<old password>");
        expect(output.includes("<new password>")).toBe(!fail);
        expect(output).toContain(`Quarterturn rotates a ${serverType(engine).name} password`);
        expect(othersIn(output, engine)).toEqual([]);
        if (strategy !== "in-place") expect(shown.logins.failed).toBe(0);
        if (!fail) return;
        expect(shown.alerts).toEqual([
          expect.objectContaining({ step: fail, code: "AWS_CALL_FAILED", productionSafe: true }),
        ]);
        expect(output).toContain(`  ✗ ${fail}`);
        expect(output).toMatch(/AccessDeniedException .* Allow\s+this\s+action/s);
        expect(output).toContain("✓ AWSCURRENT still logs in.");
        expect(output).toMatch(/✓ [1-9]\d* of them after the rotation: none failed\./);
      },
    );
  });
});

/** The demo within this process; the caller ends the world. */
async function rehearse(server: Server, scene: Scene) {
  const { strategy } = scene;
  const timing = { attempts: 2, retryDelayMs: 0 };
  // MySQL takes 32 characters of a user, `_user_clone` included.
  const name = `demo_${randomBytes(4).toString("hex")}`;
  const world = await startWorld({ server, strategy, name, timing, inProcess: true });
  using printed = vi.spyOn(console, "log").mockImplementation(() => {});
  const story = new Story(scene);
  await story.opening(world);
  const shown = await perform(world, scene, (step) => story.step(step));
  story.closing(shown);
  const report = JSON.stringify(reportOf(shown, scene));
  return { world, shown, output: [...printed.mock.calls, report].join("\n") };
}

async function administratorsPassword({ client }: World): Promise<string> {
  const command = new GetSecretValueCommand({ SecretId: adminSecretId });
  return JSON.parse((await client.send(command)).SecretString ?? "{}").password;
}

/** Of every version that has a value. */
async function passwordsOf(world: World): Promise<Set<string>> {
  const ids = await world.versionIds();
  const secrets = await Promise.allSettled(ids.map((VersionId) => world.secret({ VersionId })));
  const passwords = secrets.map((each) => each.status === "fulfilled" && each.value.password);
  return new Set(passwords.filter((each) => each !== false));
}

describe("the demo's own verdict", () => {
  const logins = { attempted: 20, failed: 0, failedSpanMs: 0, failures: [] };
  const kept = {
    succeeded: true,
    attempts: 1,
    steps: [],
    logins,
    secret: {} as Performance["secret"],
    connections: { opened: 4, refused: 0 },
    loginsAfter: { attempted: 10, failed: 0 },
    currentLogsIn: true,
    oldCredentialRefused: true,
    alerts: [],
    services: [],
    retiredAt: "2026-01-01T00:00:00Z",
  };
  const alert = { severity: "error", code: "UNREACHABLE", step: "setSecret", message: "" };
  const alerts = [{ ...alert, productionSafe: true }];
  const failed = { ...kept, succeeded: false, oldCredentialRefused: false, alerts };

  it.each([
    ["a rotation", kept, undefined, 0],
    ["a failure that was asked for", failed, "setSecret", 0],
    ["a failure that was not", failed, undefined, 1],
    ["a success in spite of --fail", kept, "setSecret", 1],
    ["AWSCURRENT refused", { ...kept, currentLogsIn: false }, undefined, 1],
    ["a rotation that was not settled", { ...kept, retiredAt: null }, undefined, 1],
    ["the old credential accepted", { ...kept, oldCredentialRefused: false }, undefined, 1],
    ["a failure without an alert", { ...failed, alerts: [] }, "setSecret", 1],
    ["a failure with two", { ...failed, alerts: [...alerts, ...alerts] }, "setSecret", 1],
    ["an alert without a failure", { ...kept, alerts }, undefined, 1],
    ["no logins", { ...kept, loginsAfter: { attempted: 0, failed: 0 } }, undefined, 1],
    ["failed logins", { ...kept, loginsAfter: { attempted: 9, failed: 2 } }, undefined, 1],
  ] as const)("on %s", (_name, shown, fail, broken) => {
    expect(brokenPromises(shown, fail)).toHaveLength(broken);
  });
});
