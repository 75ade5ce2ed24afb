/** The Lambda host: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { startAws } from "../../standin/aws.ts";
import { temporaryBundle } from "./fixtures.ts";

const source = `
let served = 0;
export async function handler(event, context) {
  served += 1;
  console.log("out", event.text);
  console.error("err", event.text);
  if (event.exit) process.exit(3);
  if (event.throwLater) setImmediate(() => { throw new TypeError("later"); });
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  if (event.fail) throw Object.assign(new RangeError("no"), { sql: "shown" });
  if (event.reject) throw "plain";
  const { getRemainingTimeInMillis, ...rest } = context;
  const remaining = getRemainingTimeInMillis();
  return { served, pid: process.pid, env: process.env, context: rest, remaining };
}`;
const bundle = await temporaryBundle(source);
const aws = await startAws();
const { functions } = aws;
const arn = functions.register({
  name: "host-test",
  bundle: bundle.path,
  timeoutMs: 1500,
  environment: { SETTING: "on" },
});
afterAll(async () => {
  await aws[Symbol.asyncDispose]();
  await bundle[Symbol.asyncDispose]();
});

interface Answer {
  served: number;
  pid: number;
  env: Record<string, string>;
  context: Record<string, string>;
  remaining: number;
}

async function invoke(event: object) {
  const invocation = await functions.invoke(arn, event);
  return { ...invocation, answer: invocation.payload as Answer };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function busyPrincipal(): Promise<string> {
  for (;;) {
    const [principal] = functions.running("host-test");
    if (principal !== undefined) return principal;
    await sleep(5);
  }
}

describe("a function", () => {
  it("has as many processes as invocations at once, and a spare after one was killed", async () => {
    await using starting = await temporaryBundle(`
      import { appendFileSync } from "node:fs";
      appendFileSync(process.env.RECORD, "started\\n");
      export const handler = ({ ends }) => ends && process.kill(process.pid, "SIGKILL");`);
    const record = `${starting.path}.started`;
    functions.register({
      name: "starting",
      bundle: starting.path,
      environment: { RECORD: record },
    });
    const started = () => readFileSync(record, "utf8").split("\n").length - 1;
    await functions.invoke("starting", {});
    await functions.invoke("starting", {});
    await sleep(300);
    expect(started()).toBe(1);
    await functions.invoke("starting", { ends: true });
    await functions.invoke("starting", {});
    await vi.waitFor(() => expect(started()).toBe(3), 5000);
  });
});

describe("an invocation", () => {
  it("runs in a process of its own and leaves its output in the log", async () => {
    const { answer, log, principal } = await invoke({ text: "hello" });
    expect(answer.pid).not.toBe(process.pid);
    expect(answer.env["AWS_ACCESS_KEY_ID"]).toBe(principal);
    expect(log).toBe("out hello\nerr hello\n");
  });

  it("sees only the environment of a function", async () => {
    const { answer } = await invoke({});
    expect(answer.env).toMatchObject({
      AWS_LAMBDA_FUNCTION_NAME: "host-test",
      AWS_ENDPOINT_URL: aws.endpoint,
      SETTING: "on",
    });
    const others = Object.keys(answer.env).filter((name) => !name.startsWith("AWS_"));
    expect(others.filter((name) => !name.startsWith("NODE_CHANNEL_")).sort()).toEqual([
      "SETTING",
      "TZ",
    ]);
  });

  it("has a context with the time left", async () => {
    const { answer, principal } = await invoke({});
    expect(answer.context).toMatchObject({
      functionName: "host-test",
      invokedFunctionArn: arn,
      logGroupName: "/aws/lambda/host-test",
      logStreamName: principal,
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(answer.remaining).toBeGreaterThan(1000);
    expect(answer.remaining).toBeLessThanOrEqual(1500);
  });

  it("reuses a warm process, and starts another for a second one at the same time", async () => {
    const first = await invoke({});
    const second = await invoke({});
    expect(second.principal).toBe(first.principal);
    expect(second.answer.served).toBe(first.answer.served + 1);
    const both = await Promise.all([invoke({ ms: 200 }), invoke({ ms: 200 })]);
    expect(both[0].principal).not.toBe(both[1].principal);
    expect(both[0].answer.pid).not.toBe(both[1].answer.pid);
  });
});

describe("an invocation that fails", () => {
  it("tells the error, and prints all its enumerable properties", async () => {
    const { error, log, payload } = await invoke({ fail: true });
    expect(error).toEqual({ errorType: "RangeError", errorMessage: "no" });
    expect(payload).toBeUndefined();
    expect(log).toContain('"sql":"shown"');
    expect((await invoke({ reject: true })).error).toEqual({
      errorType: "string",
      errorMessage: "plain",
    });
  });

  it("is killed at its timeout", async () => {
    const { error, ms, log } = await invoke({ ms: 60_000, text: "before" });
    expect(error?.errorType).toBe("Sandbox.Timedout");
    expect(error?.errorMessage).toMatch(/Task timed out after 1\.50 seconds$/);
    expect(ms).toBeLessThan(4000);
    expect(log).toContain("out before");
  });

  it("fails when its process is killed, and the next one works", async () => {
    const running = invoke({ ms: 60_000 });
    const principal = await busyPrincipal();
    functions.kill(principal);
    const { error } = await running;
    expect(error?.errorType).toBe("Runtime.ExitError");
    expect(error?.errorMessage).toMatch(/signal: killed$/);
    const next = await invoke({});
    expect(next.error).toBeUndefined();
    expect(next.principal).not.toBe(principal);
  });

  it("fails when the function ends its own process or throws outside of the handler", async () => {
    expect((await invoke({ exit: true })).error?.errorMessage).toMatch(/exit status 3$/);
    const { error, log } = await invoke({ throwLater: true, ms: 1000 });
    expect(error).toEqual({ errorType: "TypeError", errorMessage: "later" });
    expect(log).toContain("Uncaught Exception");
  });

  it("fails when the bundle cannot be loaded or has no handler", async () => {
    await using broken = await temporaryBundle('throw new Error("no start");');
    await using empty = await temporaryBundle("export const other = 1;");
    functions.register({ name: "broken", bundle: broken.path });
    functions.register({ name: "empty", bundle: empty.path });
    expect((await functions.invoke("broken", {})).error?.errorMessage).toBe("no start");
    expect((await functions.invoke("empty", {})).error?.errorType).toBe("Runtime.HandlerNotFound");
    expect((await functions.invoke("missing", {})).error?.errorType).toBe(
      "ResourceNotFoundException",
    );
  });
});

describe("the stand-in", () => {
  it("takes its processes with it when it is killed itself", async () => {
    const standIn = fileURLToPath(import.meta.resolve("../../standin/aws.ts"));
    const script = `
      const { startAws } = await import(${JSON.stringify(standIn)});
      const { functions } = await startAws();
      functions.register({ name: "orphan", bundle: ${JSON.stringify(bundle.path)} });
      console.log((await functions.invoke("orphan", {})).payload.pid);`;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script]);
    const [line] = await once(parent.stdout, "data");
    const pid = Number(line);
    expect(process.kill(pid, 0)).toBe(true);
    parent.kill("SIGKILL");
    // An orphan that has ended stays visible until the init process reaps it.
    await expect.poll(() => isRunning(pid), { timeout: 5000 }).toBe(false);
  });

  it("takes its processes with it", async () => {
    await using other = await startAws();
    other.functions.register({ name: "short-lived", bundle: bundle.path });
    const running = other.functions.invoke("short-lived", { ms: 60_000 });
    const { payload } = await other.functions.invoke("short-lived", {});
    const { pid } = payload as Answer;
    await other[Symbol.asyncDispose]();
    expect((await running).error?.errorType).toBe("Runtime.ExitError");
    expect(isRunning(pid)).toBe(false);
  });
});
