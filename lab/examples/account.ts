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
import { clientOf, createTopic, keysOf } from "../clients.ts";
import { deploy } from "../deploy.ts";
import { leash } from "../postgres/leash.ts";
import type { Server } from "../server.ts";
import { connectSettlement } from "../settlement.ts";
import type { AppSettings } from "./app-settings.ts";
import { EcsService } from "./ecs-service.ts";
import { entryOf, root } from "./entry.ts";
import { manifestFor } from "./manifest.ts";
import type { System } from "./system.ts";

/** How long settlement may take, in milliseconds. */
const patience = 60_000;

/** Instead of five minutes, in milliseconds. */
const tick = 1000;

interface Parts {
  readonly aws: Aws;
  readonly server: Server;
  readonly folder: string;
  readonly system: System;
  readonly arns: Awaited<ReturnType<typeof deploy>>;
  /** ARN by name. */
  readonly secrets: Map<string, string>;
  readonly client: SecretsManagerClient;
  readonly ssm: SSMClient;
  readonly owned: AsyncDisposable;
}

/**
 * AWS's stand-in with the functions built from an example's manifest, to be filled with the system's secrets,
 * users and services.
 */
export class Account implements AsyncDisposable {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  get aws(): Aws {
    return this.#parts.aws;
  }

  get server(): Server {
    return this.#parts.server;
  }

  /** Empty of configuration: a home folder for programs that need one. */
  get folder(): string {
    return this.#parts.folder;
  }

  static async start(system: System, server: Server): Promise<Account> {
    await using parts = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), "quarterturn-"));
    const held = leash(folder);
    parts.defer(() => held.release());
    const aws = parts.use(await startAws({ region: system.region, rotation: { attempts: 1 } }));
    const { host, port, ca } = server;
    const { grace } = system;
    const text = readFileSync(join(root, system.name, "rotation.yml"), "utf8");
    const manifest = manifestFor(text, { host, port, grace });
    const topicArn = await createTopic(aws);
    const arns = await deploy(aws, { folder, manifest, ca, topicArn });
    const client = clientOf(aws, "operator");
    const { endpoint, region } = aws;
    const ssm = new SSMClient({ endpoint, region, credentials: keysOf(aws, "operator") });
    for (const each of [client, ssm]) parts.defer(() => each.destroy());
    const secrets = new Map<string, string>();
    const owned = parts.move();
    return new Account({ aws, server, folder, system, arns, secrets, client, ssm, owned });
  }

  /** A user with a database of its own on the server: the login's parts. */
  async owner(user: { username: string; database: string }) {
    const { host, port } = this.server;
    return { host, port, ...user, password: await this.server.newOwner(user) };
  }

  /** The secret of an administrator of this user, in AWS's own layout. */
  async administrator(secret: string, administered: { username: string }): Promise<void> {
    const { host, port, type: engine } = this.server;
    const username = `${administered.username}_admin`;
    const password = await this.server.newAdministrator(username, administered.username);
    await this.secret(secret, { engine, host, port, username, password });
  }

  /** A secret as its guide makes it: from a file indented by two spaces, with a trailing newline. */
  async secret(Name: string, document: object): Promise<void> {
    const SecretString = textOf(document);
    const { ARN = "" } = await this.#parts.client.send(
      new CreateSecretCommand({ Name, SecretString }),
    );
    this.#parts.secrets.set(Name, ARN);
  }

  async parameter(Name: string, Value: string): Promise<void> {
    await this.#parts.ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString" }));
  }

  /** Value and version of the parameters below this path, by name. */
  async parameters(Path: string): Promise<Map<string, { value: string; version: number }>> {
    const found = new Map<string, { value: string; version: number }>();
    let NextToken: string | undefined;
    do {
      const command = new GetParametersByPathCommand({ Path, WithDecryption: true, NextToken });
      const page = await this.#parts.ssm.send(command);
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
  service(options: {
    cluster: string;
    name: string;
    tasks: number;
    app: Omit<AppSettings, "type" | "ca">;
    environment?: Readonly<Record<string, string>>;
  }): Promise<EcsService> {
    const folder = join(root, this.#parts.system.name);
    let definition = readFileSync(join(folder, "task-definition.json"), "utf8");
    for (const [name, arn] of this.#parts.secrets)
      definition = definition.replaceAll(`:${name}-AbCdEf`, `:${name}${arn.slice(-7)}`);
    definition = definition.replaceAll("ACCOUNT-ID", this.aws.accountId);
    const { environment = {}, ...rest } = options;
    const { type, ca } = this.server;
    const app = { ...options.app, type, ca };
    return EcsService.start(this.aws, { ...rest, environment, folder, definition, app });
  }

  /** The text of AWSCURRENT, of every secret by name. */
  async texts(): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (const name of this.#parts.secrets.keys()) {
      const command = new GetSecretValueCommand({ SecretId: name });
      texts.set(name, (await this.#parts.client.send(command)).SecretString ?? "");
    }
    return texts;
  }

  /** Rules, queue and settlement, as they are deployed. */
  connect(): Promise<void> {
    const timing = { delaySeconds: 1, visibilitySeconds: 30 };
    return connectSettlement(this.aws, this.#parts.arns.settle, timing);
  }

  /** One rotation through RotateSecret, to its end. @returns why it failed; `undefined` when it did not */
  async rotate(): Promise<string | undefined> {
    const SecretId = this.#parts.system.secret;
    const { schedule, place = "network" } = entryOf(this.#parts.system) ?? {};
    const { VersionId = "" } = await this.#parts.client.send(
      new RotateSecretCommand({
        SecretId,
        RotationLambdaARN: this.#parts.arns[functionsOf[place].rotate],
        RotationRules: { ScheduleExpression: schedule?.expression, Duration: schedule?.duration },
      }),
    );
    const { succeeded, steps } = await this.aws.rotations.finished(SecretId, VersionId);
    const last = steps.at(-1);
    if (succeeded) return undefined;
    return `the rotation failed in ${last?.step}: ${last?.error?.errorType}: ${last?.error?.errorMessage}`;
  }

  /** Waits until RETIRING is gone, helped only by the tick. @returns whether it was in time */
  async settled(): Promise<boolean> {
    const deadline = Date.now() + patience;
    let ticked = Date.now();
    while (Date.now() < deadline) {
      const command = new DescribeSecretCommand({ SecretId: this.#parts.system.secret });
      const { VersionIdsToStages = {} } = await this.#parts.client.send(command);
      if (!Object.values(VersionIdsToStages).flat().includes("RETIRING")) return true;
      await sleep(50);
      if (this.#parts.system.grace === undefined || Date.now() - ticked < tick) continue;
      this.aws.events.tick("tick");
      ticked = Date.now();
    }
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.owned[Symbol.asyncDispose]();
  }
}

export const textOf = (document: object) => `${JSON.stringify(document, null, 2)}\n`;
