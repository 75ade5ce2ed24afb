import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { IAM } from "@aws-sdk/client-iam";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type Aws, startAws } from "../../standin/aws.ts";
import { clientOf, createTopic, keysOf } from "../clients.ts";
import { deploy } from "../deploy.ts";
import { leash } from "../postgres/leash.ts";
import type { ProviderDouble } from "../providers/double.ts";
import type { Attributes, HeldKey } from "../providers/keys.ts";
import type { Server } from "../server.ts";
import { connectSettlement } from "../settlement.ts";
import type { App } from "./app-settings.ts";
import { SharedClock } from "./clock.ts";
import { EcsService } from "./ecs-service.ts";
import { Elsewhere } from "./elsewhere.ts";
import { root } from "./entry.ts";
import { Machine } from "./machine.ts";
import { manifestFor } from "./manifest.ts";
import { Parameters } from "./parameters.ts";
import type { System } from "./system.ts";

/** Of the stand-in, and of what functions pause. */
const pace = 20;

interface Parts {
  readonly aws: Aws;
  readonly server: Server;
  /** Beside the database. */
  readonly cache?: Server | undefined;
  /** Empty of configuration: a home folder for programs that need one. */
  readonly folder: string;
  readonly system: System;
  readonly arns: Awaited<ReturnType<typeof deploy>>;
  readonly clock: SharedClock;
  readonly elsewhere: Elsewhere;
  readonly client: SecretsManagerClient;
  readonly parameters: Parameters;
  readonly owned: AsyncDisposable;
}

/**
 * AWS's stand-in with the functions built from an example's manifest, to be filled with the system's secrets,
 * users, keys and services.
 */
export class Account implements AsyncDisposable {
  readonly #parts: Parts;
  /** ARN by name. */
  readonly #secrets = new Map<string, string>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What it is made of. */
  get made(): Omit<Parts, "owned"> {
    return this.#parts;
  }

  get aws(): Aws {
    return this.#parts.aws;
  }

  get server(): Server {
    return this.#parts.server;
  }

  /** @throws Error for a system without one */
  get cache(): Server {
    const { cache } = this.#parts;
    if (cache) return cache;
    throw new Error("The system has no server beside its database.");
  }

  get parameters(): Parameters {
    return this.#parts.parameters;
  }

  static async start(system: System, server: Server): Promise<Account> {
    await using parts = new AsyncDisposableStack();
    const folder = mkdtempSync(join(tmpdir(), "quarterturn-"));
    const held = leash(folder);
    parts.defer(() => held.release());
    const clock = parts.use(new SharedClock(folder));
    const elsewhere = parts.use(await Elsewhere.start(folder, clock.env));
    const { region } = system;
    const aws = parts.use(await startAws({ region, pace, rotation: { attempts: 1 } }));
    const text = readFileSync(join(root, system.name, "rotation.yml"), "utf8");
    const topicArn = await createTopic(aws);
    const cache = await system.startCache?.();
    if (cache) parts.use(cache);
    const { host, port } = server;
    const ca = authorities(server, cache);
    const manifest = manifestFor(text, { host, port });
    const arns = await deploy(aws, { folder, manifest, ca, topicArn, env: elsewhere.env });
    const client = clientOf(aws, "operator");
    parts.defer(() => client.destroy());
    const parameters = parts.use(new Parameters(aws));
    const made = { aws, server, cache, folder, system, arns, clock, elsewhere, client, parameters };
    return new Account({ ...made, owned: parts.move() });
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

  provider(name: string): ProviderDouble {
    return this.#parts.elsewhere.provider(name);
  }

  /** A key that a person has made, of the provider of this preset. */
  key(provider: string, attributes?: Attributes): HeldKey {
    return this.provider(provider).handOut("made by hand", attributes);
  }

  /** The secret of the credential that manages the keys of this provider. */
  async keyAdministrator(secret: string, provider: string): Promise<void> {
    await this.secret(secret, this.provider(provider).adminSecret);
  }

  /** An access key of a new IAM user, which works already. */
  async accessKey(UserName: string): Promise<{ id: string; secret: string }> {
    const { endpoint, region } = this.aws;
    const iam = new IAM({ endpoint, region, credentials: keysOf(this.aws, "operator") });
    await iam.createUser({ UserName });
    const { AccessKey } = await iam.createAccessKey({ UserName });
    iam.destroy();
    await sleep(5000 / pace);
    return { id: AccessKey?.AccessKeyId ?? "", secret: AccessKey?.SecretAccessKey ?? "" };
  }

  /** A secret as its guide makes it: from a file indented by two spaces, with a trailing newline. */
  async secret(Name: string, document: object): Promise<void> {
    const SecretString = textOf(document);
    const command = new CreateSecretCommand({ Name, SecretString });
    const { ARN = "" } = await this.#parts.client.send(command);
    this.#secrets.set(Name, ARN);
  }

  /**
   * An ECS service from the example's `task-definition.json`, whose placeholders get this account's values.
   * @param environment that the platform gives its containers
   */
  service(options: {
    cluster: string;
    name: string;
    tasks: number;
    app: App;
    environment?: Readonly<Record<string, string>>;
  }): Promise<EcsService> {
    const folder = join(root, this.#parts.system.name);
    let definition = readFileSync(join(folder, "task-definition.json"), "utf8");
    for (const [name, arn] of this.#secrets)
      definition = definition.replaceAll(`:${name}-AbCdEf`, `:${name}${arn.slice(-7)}`);
    definition = definition.replaceAll("ACCOUNT-ID", this.aws.accountId);
    const environment = { ...this.#parts.elsewhere.env, ...options.environment };
    const app = { ...options.app, ...this.#database };
    return EcsService.start(this.aws, { ...options, environment, folder, definition, app });
  }

  /** A process of the application that reads its secrets by itself. */
  machine(app: App): Promise<Machine> {
    const env = { ...this.aws.env(this.#parts.system.name), ...this.#parts.elsewhere.env };
    return Machine.start(env, { ...app, ...this.#database });
  }

  get #database() {
    return { type: this.server.type, ca: authorities(this.server, this.#parts.cache) };
  }

  /** The text of AWSCURRENT, of every secret by name. */
  async texts(): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (const name of this.#secrets.keys()) {
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.owned[Symbol.asyncDispose]();
  }
}

const authorities = (...servers: readonly (Server | undefined)[]): string =>
  servers.flatMap((server) => server?.ca ?? []).join("\n");

export const textOf = (document: object) => `${JSON.stringify(document, null, 2)}\n`;
