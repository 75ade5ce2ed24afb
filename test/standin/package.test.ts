/** The published package: packed, installed into an empty folder, and started there. */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
// This Node ahead of the system's.
const PATH = [dirname(process.execPath), process.env["PATH"]].join(delimiter);
const npm = (cwd: string, ...options: string[]) =>
  promisify(execFile)("npm", [...options, "--silent"], { cwd, env: { ...process.env, PATH } });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quarterturn-package-"));
  const standin = join(root, "standin");
  const { stdout } = await npm(standin, "pack", "--pack-destination", folder);
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  // Its one dependency is what this repository has installed, so no registry is asked.
  const zod = join(root, "node_modules/zod");
  await npm(folder, "install", "--offline", "--no-audit", zod, join(folder, stdout.trim()));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the package quarterturn-standin", () => {
  it("starts from its command line, and serves the AWS SDK and a function", async () => {
    const bundle = join(folder, "hello.mjs");
    await writeFile(bundle, 'export const handler = ({ name }) => "hello " + name;');
    const program = join(folder, "node_modules/.bin/quarterturn-standin");
    const child = spawn(program, ["--region", "eu-west-1", "--function", `hello=${bundle}`], {
      env: { PATH },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const env = await exported(child.stdout, 5);
      const config = {
        endpoint: env["AWS_ENDPOINT_URL"] ?? "",
        region: env["AWS_REGION"] ?? "",
        credentials: {
          accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
          secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
        },
      };
      const secret = new CreateSecretCommand({ Name: "app/key", SecretString: "value" });
      expect((await new SecretsManagerClient(config).send(secret)).ARN).toMatch(
        /^arn:aws:secretsmanager:eu-west-1:123456789012:secret:app\/key-\w{6}$/,
      );
      const invoke = new InvokeCommand({ FunctionName: "hello", Payload: '{"name":"you"}' });
      const { Payload } = await new LambdaClient(config).send(invoke);
      expect(Payload?.transformToString()).toBe('"hello you"');
    } finally {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    }
  });

  it("is a library, with types", async () => {
    const program = join(folder, "use.mjs");
    await writeFile(
      program,
      `import { startAws } from "quarterturn-standin";
       await using aws = await startAws();
       console.log(Object.keys(aws.env("me")).join());`,
    );
    const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: folder });
    expect(stdout).toContain("AWS_ENDPOINT_URL");
    const installed = join(folder, "node_modules/quarterturn-standin");
    expect(await readFile(join(installed, "dist/aws.d.ts"), "utf8")).toContain("startAws");
    const { dependencies } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
    expect(Object.keys(dependencies)).toEqual(["zod"]);
  });
});

/** Reads so many `export NAME=value` lines. */
async function exported(
  stream: NodeJS.ReadableStream,
  count: number,
): Promise<Record<string, string>> {
  const entries: [string, string][] = [];
  for await (const line of createInterface(stream)) {
    const [, name = "", value = ""] = /^export (\w+)=(.*)$/.exec(line) ?? [];
    entries.push([name, value]);
    if (entries.length === count) break;
  }
  return Object.fromEntries(entries);
}
