import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { functionsOf } from "../../lib/manifest/place.ts";
import { type Aws, startAws } from "../../standin/aws.ts";
import { deploy } from "../deploy.ts";
import { leash } from "../postgres/leash.ts";
import { createAdministrator, createOwner } from "../postgres/roles.ts";
import type { PostgresServer } from "../postgres/server.ts";
import { connectSettlement } from "../settlement.ts";
import { clientOf, createTopic, keysOf } from "../world.ts";
import type { AppSettings } from "./app-settings.ts";
import { EcsService } from "./ecs-service.ts";
import { entryOf, root } from "./entry.ts";
import { manifestFor } from "./manifest.ts";
import type { System } from "./system.ts";

/** How long settlement may take, in milliseconds. */
const patience = 60_000;

/** In the place of five minutes, in milliseconds. */
const tick = 1000;

/** AWS's stand-in with the functions built from an example's manifest, to be filled with what the system has. */
export class Account implements AsyncDisposable {
  readonly aws: Aws;
  readonly postgres: PostgresServer;
  /** Empty of configuration: the home of who needs one. */
  readonly folder: string;
  readonly #system: System;
  readonly #arns: Awaited<ReturnType<typeof deploy>>;
  readonly #secretArns = new Map<string, string>();
  readonly #client: SecretsManagerClient;
  readonly #ssm: SSMClient;
  readonly #parts: AsyncDisposable;

  private constructor(of: {
    aws: Aws;
    postgres: PostgresServer;
    folder: string;
    system: System;
    arns: Awaited<ReturnType<typeof deploy>>;
    parts: AsyncDisposable;
  }) {
    this.aws = of.aws;
    this.postgres = of.postgres;
    this.folder = of.folder;
    this.#system = of.system;
    this.#arns = of.arns;
    this.#parts = of.parts;
    const { endpoint, region } = of.aws;
    this.#client = clientOf(of.aws, "operator");
    this.#ssm = new SSMClient({ endpoint, region, credentials: keysOf(of.aws, "operator") });
  }

  static async start(system: System, postgres: PostgresServer): Promise<Account> {
    await using parts = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), "quarterturn-"));
    const held = leash(folder);
    parts.defer(() => held.release());
    const aws = parts.use(await startAws({ region: system.region, rotation: { attempts: 1 } }));
    const { host, port, ca } = postgres;
    const { grace } = system;
    const text = readFileSync(join(root, system.name, "rotation.yml"), "utf8");
    const manifest = manifestFor(text, { host, port, grace });
    const topicArn = await createTopic(aws);
    const arns = await deploy(aws, { folder, manifest, ca, topicArn });
    return new Account({ aws, postgres, folder, system, arns, parts: parts.move() });
  }

  /** A user with a database of its own on the server: the login's parts. */
  async owner(of: { username: string; database: string }) {
    const { host, port } = this.postgres;
    return { host, port, ...of, password: await createOwner(this.postgres, of) };
  }

  /** The secret of an administrator of this user, in AWS's own layout. */
  async administrator(secret: string, of: { username: string }): Promise<void> {
    const { host, port } = this.postgres;
    const username = `${of.username}_admin`;
    const password = await createAdministrator(this.postgres, { username, of: of.username });
    await this.secret(secret, { engine: "postgres", host, port, username, password });
  }

  /** A secret as its guide makes it: from a file with two spaces of indentation and a line break at its end. */
  async secret(Name: string, document: object): Promise<void> {
    const SecretString = textOf(document);
    const { ARN = "" } = await this.#client.send(new CreateSecretCommand({ Name, SecretString }));
    this.#secretArns.set(Name, ARN);
  }

  async parameter(Name: string, Value: string): Promise<void> {
    await this.#ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString" }));
  }

  /** Value and version of the parameters below this path, by name. */
  async parameters(Path: string): Promise<Map<string, { value: string; version: number }>> {
    const found = new Map<string, { value: string; version: number }>();
    let NextToken: string | undefined;
    do {
      const command = new GetParametersByPathCommand({ Path, WithDecryption: true, NextToken });
      const page = await this.#ssm.send(command);
      for (const { Name = "", Value = "", Version = 0 } of page.Parameters ?? [])
        found.set(Name, { value: Value, version: Version });
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  }

  /**
   * An ECS service from the example's `task-definition.json`, whose placeholders get this account's values.
   * @param environment that the platform gives its containers
   */
  service(of: {
    cluster: string;
    name: string;
    tasks: number;
    app: Omit<AppSettings, "ca">;
    environment?: Readonly<Record<string, string>>;
  }): Promise<EcsService> {
    const folder = join(root, this.#system.name);
    let definition = readFileSync(join(folder, "task-definition.json"), "utf8");
    for (const [name, arn] of this.#secretArns)
      definition = definition.replaceAll(`:${name}-AbCdEf`, `:${name}${arn.slice(-7)}`);
    definition = definition.replaceAll("ACCOUNT-ID", this.aws.accountId);
    const { environment = {}, ...rest } = of;
    const app = { ...of.app, ca: this.postgres.ca };
    return EcsService.start(this.aws, { ...rest, environment, folder, definition, app });
  }

  /** The text of AWSCURRENT, of every secret by name. */
  async texts(): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (const name of this.#secretArns.keys()) {
      const command = new GetSecretValueCommand({ SecretId: name });
      texts.set(name, (await this.#client.send(command)).SecretString ?? "");
    }
    return texts;
  }

  /** Rules, queue and settlement, as they are deployed. */
  connect(): Promise<void> {
    const timing = { delaySeconds: 1, visibilitySeconds: 30 };
    return connectSettlement(this.aws, this.#arns.settle, timing);
  }

  /** One rotation through RotateSecret, to its end. @returns why it failed; `undefined` when it did not */
  async rotate(): Promise<string | undefined> {
    const SecretId = this.#system.secret;
    const { schedule, place = "network" } = entryOf(this.#system) ?? {};
    const { VersionId = "" } = await this.#client.send(
      new RotateSecretCommand({
        SecretId,
        RotationLambdaARN: this.#arns[functionsOf[place].rotate],
        RotationRules: { ScheduleExpression: schedule?.expression, Duration: schedule?.duration },
      }),
    );
    const { succeeded, steps } = await this.aws.rotations.finished(SecretId, VersionId);
    const last = steps.at(-1);
    if (succeeded) return undefined;
    return `the rotation failed in ${last?.step}: ${last?.error?.errorType}: ${last?.error?.errorMessage}`;
  }

  /** Waits until RETIRING is gone, with nobody's help but the tick's. @returns whether it went in time */
  async settled(): Promise<boolean> {
    const deadline = Date.now() + patience;
    let ticked = Date.now();
    while (Date.now() < deadline) {
      const command = new DescribeSecretCommand({ SecretId: this.#system.secret });
      const { VersionIdsToStages = {} } = await this.#client.send(command);
      if (!Object.values(VersionIdsToStages).flat().includes("RETIRING")) return true;
      await sleep(50);
      if (this.#system.grace === undefined || Date.now() - ticked < tick) continue;
      this.aws.events.tick("tick");
      ticked = Date.now();
    }
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
    this.#ssm.destroy();
    await this.#parts[Symbol.asyncDispose]();
  }
}

export const textOf = (document: object) => `${JSON.stringify(document, null, 2)}\n`;
