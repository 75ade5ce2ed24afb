import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type Aws, startAws } from "../../standin/aws.ts";
import { compileCache } from "../../standin/compile-cache.ts";
import { Canaries } from "../leak/canaries.ts";
import { outcome, type Ran } from "../run-program.ts";
import { sdkClient } from "../standin/fixtures.ts";

const root = resolve(import.meta.dirname, "../..");

export const newKey = () => `sk_live_${randomBytes(18).toString("base64url")}`;

/** Secrets with keys that people make, and the command that hands others over, in a process of its own. */
export class SupplyWorld implements AsyncDisposable {
  readonly aws: Aws;
  readonly client: SecretsManagerClient;
  /** Every value that the command could print by mistake. */
  readonly canaries = new Canaries();
  readonly #folder = mkdtempSync(join(tmpdir(), "quarterturn-supply-"));

  private constructor(aws: Aws) {
    this.aws = aws;
    this.client = sdkClient(aws, "operator");
  }

  /** @param secrets of rotation.yml */
  static async open(secrets: object): Promise<SupplyWorld> {
    const world = new SupplyWorld(await startAws());
    const stages = { production: null, staging: null };
    writeFileSync(world.file, JSON.stringify({ stages, secrets }));
    return world;
  }

  get file(): string {
    return join(this.#folder, "rotation.yml");
  }

  async create(Name: string, value: Readonly<Record<string, string>>): Promise<void> {
    for (const each of Object.values(value))
      if (each.length >= 16) this.canaries.add("a key", each);
    const SecretString = JSON.stringify(value);
    await this.client.send(new CreateSecretCommand({ Name, SecretString }));
  }

  async read(SecretId: string): Promise<Record<string, string>> {
    const { SecretString } = await this.client.send(new GetSecretValueCommand({ SecretId }));
    return JSON.parse(String(SecretString));
  }

  async labels(SecretId: string): Promise<Readonly<Record<string, readonly string[]>>> {
    const { VersionIdsToStages = {} } = await this.client.send(
      new DescribeSecretCommand({ SecretId }),
    );
    return VersionIdsToStages;
  }

  /** Passes `input` on standard input. */
  async pipe(
    input: string,
    options: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ran> {
    return this.#run(input, [process.execPath, ...this.#command(options)], env);
  }

  /** Types `input`, line by line, at a terminal. The output is what the terminal shows. */
  async type(input: string, options: readonly string[]): Promise<Ran> {
    const env = { PATH: process.env["PATH"] ?? "", TYPED: input };
    const terminal = join(root, "test/cli/terminal.py");
    return this.#run(
      input,
      ["python3", terminal, process.execPath, ...this.#command(options)],
      env,
    );
  }

  async #run(
    input: string,
    [file = "", ...words]: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Ran> {
    for (const line of input.split(/[\r\n]/))
      if (line.length >= 16) this.canaries.add("a key", line);
    const child = spawn(file, words, { cwd: root, env: { ...this.env, ...env } });
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8");
    child.stdin.on("error", () => {}).end(input);
    const ran = await outcome(child);
    const leaked = this.canaries.in(ran.stdout + ran.stderr + this.sent());
    if (leaked.length > 0) throw new Error(`It printed or sent ${leaked.join(", ")}.`);
    return ran;
  }

  #command = (options: readonly string[]) => [
    join(root, "cli/supply.ts"),
    ...options,
    ...(options.includes("--file") ? [] : ["--file", this.file]),
  ];

  /** Neither the machine's profiles nor its metadata are looked at. */
  get env(): Record<string, string | undefined> {
    const bare = { PATH: "", HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true" };
    return { ...compileCache, ...bare, ...this.aws.env("person") };
  }

  /** What the command sent to AWS, values left out where they belong. */
  sent(): string {
    const own = this.aws.calls.filter(({ principal }) => principal === "person");
    return JSON.stringify(
      own.map(({ operation, input }) =>
        operation === "PutSecretValue" ? { ...input, SecretString: "" } : input,
      ),
    );
  }

  /** Operations that the command called. */
  operations(): string[] {
    const own = this.aws.calls.filter(({ principal }) => principal === "person");
    return [...new Set(own.map(({ service, operation }) => `${service}:${operation}`))].toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    rmSync(this.#folder, { recursive: true, force: true });
    await this.aws[Symbol.asyncDispose]();
  }
}
