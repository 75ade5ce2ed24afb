import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startConsumer } from "../../../lab/consumer/consumers.ts";
import { makeAuthority } from "../../../lab/postgres/certificates.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";
import { type Aws, startAws } from "../../../standin/aws.ts";

const PATIENT = { timeout: 10_000 };
const SECRET = "production/database/primary";
let aws: Aws;
let database: PostgresServer;
let client: SecretsManagerClient;

beforeAll(async () => {
  [aws, database] = await Promise.all([startAws(), startPostgres()]);
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  client = new SecretsManagerClient({ endpoint: aws.endpoint, region: aws.region, credentials });
  await client.send(new CreateSecretCommand({ Name: SECRET, SecretString: await newLogin() }));
});
afterAll(async () => {
  client.destroy();
  await Promise.all([aws[Symbol.asyncDispose](), database[Symbol.asyncDispose]()]);
});

/** A role of its own and the secret's document that leads to it. */
async function newLogin(): Promise<string> {
  const username = `app_${randomUUID().slice(0, 8)}`;
  const password = randomUUID();
  await database.query(`CREATE ROLE ${username} LOGIN PASSWORD '${password}'`);
  const { host, port } = database;
  return JSON.stringify({ host, port: String(port), database: "postgres", username, password });
}

async function put(document: string): Promise<void> {
  await client.send(new PutSecretValueCommand({ SecretId: SECRET, SecretString: document }));
}

function start(options: { cacheMs?: number } = {}, principal = "consumer") {
  const env = aws.env(principal);
  return startConsumer({ env, type: "postgres", secretId: SECRET, ca: database.ca, ...options });
}

describe("a consumer", { timeout: 30_000 }, () => {
  it("logs in again and again with what AWSCURRENT says", async () => {
    await using consumer = await start();
    const first = await consumer.stats();
    await put(await newLogin());
    await expect.poll(async () => (await consumer.stats()).attempted, PATIENT).toBeGreaterThan(10);
    expect(await consumer.stats()).toMatchObject({ failed: 0, failedSpanMs: 0, failures: [] });
    expect(first.failed).toBe(0);
  });

  it("keeps what it read as long as it is told to", async () => {
    await using consumer = await start({ cacheMs: 60_000 }, "caching");
    await expect.poll(async () => (await consumer.stats()).attempted, PATIENT).toBeGreaterThan(10);
    expect(aws.calls.filter(({ principal }) => principal === "caching")).toHaveLength(1);
  });

  it("counts failed logins and the time that they span, and starts anew at a mark", async () => {
    await using consumer = await start();
    await consumer.mark();
    const before = Date.now();
    await put((await newLogin()).replace(/"password":"[^"]*"/, `"password":"wrong"`));
    await expect.poll(async () => (await consumer.stats()).failed, PATIENT).toBeGreaterThan(2);
    await put(await newLogin());
    const { failures, failed, failedSpanMs, attempted } = await consumer.stats();
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(["28P01"]));
    expect(failures).toHaveLength(failed);
    expect(attempted).toBeGreaterThanOrEqual(failed);
    expect(failures[0]?.at).toBeGreaterThanOrEqual(before - 1_000);
    expect(failedSpanMs).toBeGreaterThan((failures.at(-1)?.at ?? 0) - (failures[0]?.at ?? 0));
    expect(failedSpanMs).toBeLessThanOrEqual(Date.now() - before + 1_000);
    await consumer.mark();
    await expect.poll(async () => (await consumer.stats()).attempted, PATIENT).toBeGreaterThan(2);
    expect(await consumer.stats()).toMatchObject({ failed: 0, failedSpanMs: 0 });
  });

  it("outlives a database that is down", async () => {
    await using consumer = await start();
    await database.stop();
    await expect
      .poll(async () => (await consumer.stats()).failures.map(({ code }) => code), PATIENT)
      .toContain("ECONNREFUSED");
    await database.start();
    await consumer.mark();
    await expect.poll(async () => (await consumer.stats()).attempted, PATIENT).toBeGreaterThan(2);
    expect(await consumer.stats()).toMatchObject({ failed: 0 });
  });

  it("is not ready before it has logged in, and says why not", async () => {
    const { certificate: ca } = await makeAuthority();
    const options = {
      env: aws.env("consumer"),
      type: "postgres",
      secretId: SECRET,
      ca,
      readyTimeoutMs: 3_000,
    };
    await expect(startConsumer(options)).rejects.toThrow(/SIGNATURE|UNABLE_TO/);
  });

  it("ends with its parent, even if that is killed", async () => {
    const options = { env: aws.env("orphan"), type: "postgres", secretId: SECRET, ca: database.ca };
    const module = new URL("../../../lab/consumer/consumers.ts", import.meta.url);
    const program = `
      const { startConsumer } = await import(${JSON.stringify(module)});
      await startConsumer(${JSON.stringify(options)});
      process.stdout.write("ready");
    `;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(parent.stdout, "data");
    const logins = () => database.connections().received;
    const atReady = logins();
    await expect.poll(logins, PATIENT).toBeGreaterThan(atReady);
    parent.kill("SIGKILL");
    await once(parent, "close"); // its standard output is also the consumer's
    const atEnd = logins();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(logins()).toBe(atEnd);
  });
});
