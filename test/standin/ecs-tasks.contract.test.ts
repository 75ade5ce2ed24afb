/** Tasks: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import type { ContainerDefinition } from "@aws-sdk/client-ecs";
import { DeleteSecretCommand, PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { SSM } from "@aws-sdk/client-ssm";
import { afterAll, describe, expect, it } from "vitest";
import { startAws } from "../../standin/aws.ts";
import { isRunning, TestCluster, until, waits } from "./ecs-fixtures.ts";
import { clientConfig, createSecret, sdkClient } from "./fixtures.ts";

const aws = await startAws();
const secrets = sdkClient(aws);
const test = await TestCluster.create(aws);
const { ecs, cluster } = test;
afterAll(() => aws[Symbol.asyncDispose]());

/** What no failure may tell. */
const canary = "canary-value";
const secret = await createSecret(secrets, JSON.stringify({ password: canary }));
const plain = await createSecret(secrets, canary);
const shell = (script: string) => ["/bin/sh", "-c", script];

describe("the environment of a container", () => {
  it("is the task definition's, the override's and PATH", async () => {
    const taskDefinition = await test.define({
      entryPoint: ["/usr/bin/env"],
      command: ["-u", "PWD"],
      environment: [
        { name: "ONE", value: "1" },
        { name: "TWO", value: "2" },
      ],
    });
    const containerOverrides = [{ name: "app", environment: [{ name: "TWO", value: "3" }] }];
    const started = await ecs.runTask({
      cluster,
      taskDefinition,
      overrides: { containerOverrides },
    });
    const lines = await test.lines(String(started.tasks?.[0]?.taskArn), 3);
    expect(lines.toSorted()).toEqual(["ONE=1", `PATH=${process.env["PATH"]}`, "TWO=3"]);
  });

  /** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html */
  it("holds secrets by ARN, json key, version stage and version id, as they are at the start", async () => {
    const two = await createSecret(secrets, JSON.stringify({ user: "u1", port: 5432 }));
    const SecretString = JSON.stringify({ user: "u2" });
    await secrets.send(new PutSecretValueCommand({ SecretId: two.arn, SecretString }));
    const references = {
      WHOLE: two.arn,
      PARTIAL: two.arn.slice(0, -7),
      KEY: `${two.arn}:user::`,
      STAGE: `${two.arn}:user:AWSPREVIOUS:`,
      NUMBER: `${two.arn}:port:AWSPREVIOUS:`,
      VERSION: `${two.arn}:user::${two.version}`,
    };
    const names = Object.keys(references);
    const taskArn = await test.run(
      await test.define({
        command: shell(`for n in ${names.join(" ")}; do eval "echo \\$$n"; done`),
        secrets: Object.entries(references).map(([name, valueFrom]) => ({ name, valueFrom })),
      }),
    );
    const expected = [SecretString, SecretString, "u2", "u1", "5432", "u1"];
    expect(await test.lines(taskArn, names.length)).toEqual(expected);
  });

  it("comes from Parameter Store by name, ARN or reference (secrets-envvar-ssm-paramstore)", async () => {
    const ssm = new SSM(clientConfig(aws));
    const Name = "/clip-it/jwt-secret-key";
    await ssm.putParameter({ Name, Value: "a key", Type: "SecureString" });
    const arn = `arn:aws:ssm:${aws.region}:${aws.accountId}:parameter${Name}`;
    const reference = `/aws/reference/secretsmanager/${plain.name}`;
    const secrets = [Name, arn, reference].map((valueFrom, n) => ({ name: `P${n}`, valueFrom }));
    const command = shell('echo "$P0"; echo "$P1"; echo "$P2"');
    const taskArn = await test.run(await test.define({ command, secrets }));
    expect(await test.lines(taskArn, 3)).toEqual(["a key", "a key", canary]);
  });

  it("is read after createdAt and before startedAt (API_Task)", async () => {
    const { arn } = await createSecret(secrets, "one");
    const taskDefinition = await test.define({ secrets: [{ name: "SECRET", valueFrom: arn }] });
    const before = Date.now();
    const one = await test.run(taskDefinition);
    expect(await test.lines(one)).toEqual(["one"]);
    await secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: "two" }));
    const two = await test.run(taskDefinition);
    expect(await test.lines(two)).toEqual(["two"]);
    const { createdAt, startedAt } = await test.task(one);
    const times = [before, Number(createdAt), Number(startedAt), Date.now()];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe("a task that cannot get what it needs", () => {
  const unknown = `arn:aws:secretsmanager:${aws.region}:${aws.accountId}:secret:unknown-AbCdEf`;
  const from = (valueFrom: string): Partial<ContainerDefinition> => ({
    secrets: [{ name: "SECRET", valueFrom }],
  });
  const parameter = `arn:aws:ssm:${aws.region}:${aws.accountId}:parameter/password`;
  const secretOptions = [{ name: "token", valueFrom: unknown }];

  it.each<[string, Partial<ContainerDefinition>, RegExp]>([
    ["a secret that is not there", from(unknown), /ResourceNotFoundException/],
    ["a version that is not there", from(`${secret.arn}::UNKNOWN:`), /ResourceNotFoundException/],
    ["a key that is not there", from(`${secret.arn}:user::`), /did not contain json key user$/],
    ["a key of no document", from(`${plain.arn}:user::`), /did not contain json key user$/],
    ["a parameter that is not there, by ARN", from(parameter), /from ssm: invalid parameters: /],
    ["a parameter that is not there, by name (API_Secret)", from("unknown"), /: unknown$/],
    [
      "an option of the log driver",
      { logConfiguration: { logDriver: "splunk", secretOptions } },
      /ResourceNotFoundException/,
    ],
    [
      "registry credentials by name (API_RepositoryCredentials)",
      { repositoryCredentials: { credentialsParameter: "unknown" } },
      /ResourceNotFoundException/,
    ],
  ])("stops: %s", async (_what, container, reason) => {
    const task = await test.stopped(await test.run(await test.define(container)));
    expect(task).toMatchObject({ stopCode: "TaskFailedToStart", desiredStatus: "STOPPED" });
    expect(task.stoppedReason).toMatch(/^ResourceInitializationError: /);
    expect(task.stoppedReason).toMatch(reason);
    expect(JSON.stringify(task)).not.toContain(canary);
    expect(task.startedAt).toBeUndefined();
  });

  it("stops where its secret is deleted, or its command cannot be run", async () => {
    const deleted = await createSecret(secrets);
    await secrets.send(new DeleteSecretCommand({ SecretId: deleted.arn }));
    const gone = await test.stopped(await test.run(await test.define(from(deleted.arn))));
    expect(gone.stoppedReason).toMatch(/InvalidRequestException/);
    const command = ["/nowhere/to/be/found"];
    const lost = await test.stopped(await test.run(await test.define({ command })));
    expect(lost).toMatchObject({ stopCode: "TaskFailedToStart" });
    expect(lost.stoppedReason).toMatch(/^CannotStartContainerError: /);
  });

  it("starts where the registry credentials are named (API_RepositoryCredentials)", async () => {
    const repositoryCredentials = { credentialsParameter: secret.name };
    const task = await test.run(await test.define({ repositoryCredentials }));
    expect(await test.lines(task)).toEqual(["up"]);
  });
});

describe("StopTask (API_StopTask)", () => {
  it("sends SIGTERM; the task is listed as STOPPED at once, and its process ends in its own time", async () => {
    const command = ["node", "-e", SLOW_TO_STOP];
    const task = await test.run(await test.define({ command }));
    const [pid] = await test.lines(task);
    const stopped = await ecs.stopTask({ cluster, task, reason: "enough" });
    expect(stopped.task).toMatchObject({ desiredStatus: "STOPPED", lastStatus: "STOPPING" });
    expect((await ecs.listTasks({ cluster })).taskArns).not.toContain(task);
    const listed = await ecs.listTasks({ cluster, desiredStatus: "STOPPED" });
    expect(listed.taskArns).toContain(task);
    expect(isRunning(Number(pid))).toBe(true);
    const ended = await test.stopped(task);
    expect(ended).toMatchObject({
      stopCode: "UserInitiated",
      stoppedReason: "enough",
      containers: [{ name: "app", lastStatus: "STOPPED", exitCode: 7 }],
    });
    expect(Number(ended.stoppedAt)).toBeGreaterThanOrEqual(Number(ended.stoppingAt));
    expect(isRunning(Number(pid))).toBe(false);
  });

  it("sends SIGKILL after stopTimeout (API_ContainerDefinition), to all that the process started", async () => {
    const command = shell(`trap "" TERM; sleep 60 & echo $!; echo $$; wait; wait`);
    const task = await test.run(await test.define({ command, stopTimeout: 0.3 }));
    const pids = (await test.lines(task, 2)).map(Number);
    const before = Date.now();
    await ecs.stopTask({ cluster, task });
    const ended = await test.stopped(task);
    expect(Date.now() - before).toBeGreaterThanOrEqual(290);
    expect(ended.containers?.[0]?.exitCode).toBe(137);
    await until(async () => !pids.some(isRunning));
  });

  it("says that a task is not there", async () => {
    await expect(ecs.stopTask({ cluster, task: "unknown" })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "The referenced task was not found.",
    });
  });
});

const SLOW_TO_STOP = `
process.on("SIGTERM", () => setTimeout(() => process.exit(7), 150));
setInterval(() => {}, 1000);
console.log(process.pid);`;

describe("a standalone task (API_RunTask)", () => {
  it("has the family for its group, and ends with an essential container", async () => {
    const containerDefinitions = [
      { name: "main", image: "a", command: shell("sleep 1; exit 3") },
      { name: "aside", image: "a", command: waits, essential: false },
      { name: "brief", image: "a", command: ["true"], essential: false },
    ];
    await ecs.registerTaskDefinition({ family: "trio", containerDefinitions });
    const input = { cluster, taskDefinition: "trio", count: 2, startedBy: "test" };
    const { tasks = [] } = await ecs.runTask(input);
    expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(["PROVISIONING", "PROVISIONING"]);
    expect((await ecs.listTasks({ cluster, startedBy: "test" })).taskArns).toEqual(
      tasks.map(({ taskArn }) => taskArn),
    );
    const [task] = tasks;
    expect(await test.stopped(String(task?.taskArn))).toMatchObject({
      taskArn: expect.stringMatching(`:task/${cluster}/[0-9a-f]{32}$`),
      group: "family:trio",
      startedBy: "test",
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
      containers: [
        { name: "main", exitCode: 3 },
        { name: "aside", exitCode: 143 },
        { name: "brief", exitCode: 0 },
      ],
    });
    await until(async () => {
      const { taskArns = [] } = await ecs.listTasks({ cluster, family: "trio" });
      return taskArns.length === 0;
    });
  });

  it("goes from UNKNOWN to HEALTHY to UNHEALTHY (API_HealthCheck), and is left alone", async () => {
    const command = shell("touch $0.up; echo up; sleep 0.2; rm $0.up; exec sleep 60");
    const file = `/tmp/ecs-health-${process.pid}`;
    const check = { command: ["CMD-SHELL", `test -e ${file}.up`], interval: 0.02, retries: 2 };
    const task = await test.run(
      await test.define({ command: [...command, file], healthCheck: check }),
    );
    for (const health of ["HEALTHY", "UNHEALTHY"]) {
      await until(async () => (await test.task(task)).healthStatus === health);
    }
    expect((await test.task(task)).lastStatus).toBe("RUNNING");
  });

  it("has no health without a check; a check that hangs fails at its timeout", async () => {
    const unchecked = await test.run(await test.define());
    await test.lines(unchecked);
    expect((await test.task(unchecked)).healthStatus).toBe("UNKNOWN");
    const healthCheck = {
      command: ["CMD", "sleep", "60"],
      interval: 0.02,
      timeout: 0.1,
      retries: 1,
    };
    const hanging = await test.run(await test.define({ healthCheck }));
    await until(async () => (await test.task(hanging)).healthStatus === "UNHEALTHY");
  });
});

describe("ListTasks and DescribeTasks", () => {
  it("page by 100, and tell failures apart", async () => {
    const crowd = await TestCluster.create(aws);
    const taskDefinition = await crowd.define({ command: ["true"] });
    for (let n = 0; n < 11; n += 1) {
      await ecs.runTask({ cluster: crowd.cluster, taskDefinition, count: 10 });
    }
    const STOPPED = { cluster: crowd.cluster, desiredStatus: "STOPPED" } as const;
    const all = await until(async () => {
      const first = await ecs.listTasks(STOPPED);
      const { nextToken } = first;
      if (nextToken === undefined) return;
      const second = await ecs.listTasks({ ...STOPPED, nextToken });
      const arns = [...(first.taskArns ?? []), ...(second.taskArns ?? [])];
      return arns.length === 110 && arns;
    });
    expect(new Set(all).size).toBe(110);
    const described = await ecs.describeTasks({ cluster, tasks: ["unknown", ...all.slice(0, 1)] });
    expect(described.tasks).toEqual([]);
    expect(described.failures?.map(({ reason }) => reason)).toEqual(["MISSING", "MISSING"]);
  });
});

describe("the processes", () => {
  it("end when the stand-in closes", async () => {
    const closing = await startAws();
    const other = await TestCluster.create(closing);
    const command = shell(`trap "" TERM; echo $$; while :; do sleep 0.1; done`);
    const [pid] = await other.lines(await other.run(await other.define({ command })));
    expect(isRunning(Number(pid))).toBe(true);
    await closing[Symbol.asyncDispose]();
    expect(isRunning(Number(pid))).toBe(false);
  });

  it("end when the stand-in is killed", async () => {
    const program = `
      import { TestCluster } from ${JSON.stringify(new URL("./ecs-fixtures.ts", import.meta.url))};
      import { startAws } from ${JSON.stringify(new URL("../../standin/aws.ts", import.meta.url))};
      const test = await TestCluster.create(await startAws());
      const command = ["/bin/sh", "-c", "sleep 60 & echo $!; echo $$; wait"];
      const taskArn = await test.run(await test.define({ command }));
      console.log((await test.lines(taskArn, 2)).join(" "));`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = await once(createInterface(child.stdout), "line");
    const pids = String(line).split(" ").map(Number);
    expect(pids.map(isRunning)).toEqual([true, true]);
    child.kill("SIGKILL");
    await until(async () => !pids.some(isRunning));
  });
});
