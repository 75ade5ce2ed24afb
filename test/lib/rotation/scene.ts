import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect, inject } from "vitest";
import { SecretsManagerStore } from "../../../lib/aws/secrets-manager.ts";
import type { Context } from "../../../lib/context/context.ts";
import { DeadlineReached } from "../../../lib/context/deadline.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import { loadCredential } from "../../../lib/registry.ts";
import { type CurrentAnswer, probeCurrent } from "../../../lib/retirement/probe-current.ts";
import type { Action } from "../../../lib/retirement/request.ts";
import type { RetireResult } from "../../../lib/retirement/result.ts";
import { retire } from "../../../lib/retirement/retire.ts";
import type { Step } from "../../../lib/rotation/event.ts";
import { type RotationPorts, rotate } from "../../../lib/rotation/rotate.ts";
import type { GeneratedSpec } from "../../../lib/rotators/generated/value.ts";
import { LoginCredential } from "../../../lib/rotators/login/credential.ts";
import { accepts, type Engine, type Session } from "../../../lib/rotators/login/engine.ts";
import type { Login, LoginSpec } from "../../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../../lib/rotators/login/password.ts";
import { strategyTraits } from "../../../lib/rotators/login/traits.ts";
import { postgres } from "../../../lib/rotators/postgres/postgres.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { type Aws, type AwsOptions, type Interceptor, startAws } from "../../../standin/aws.ts";
import { newPassword } from "../../contracts/engine.ts";
import { everyRendering } from "../../rendering.ts";
import { labels, sdkClient, temporaryBundle } from "../../standin/fixtures.ts";
import { openPostgresFixture, type PostgresFixture } from "../rotators/postgres/fixture.ts";

/** The fields of a database's secret, and one that no rotation may touch. */
export interface Value {
  connection_string: string;
  host: string;
  port: string;
  database: string;
  username: string;
  password: string;
  rotated_at?: string;
  note: string;
}

/** What a test does to the engine's own change of a password. */
export type ChangeHook = (
  username: string,
  change: () => Promise<void>,
  signal: AbortSignal,
) => Promise<void>;

/**
 * The stand-in and the server, and secrets on them whose rotation has been started: AWSPENDING sits on a
 * version without a value, as RotateSecret leaves it. The steps run in this process.
 */
export class Scenes implements AsyncDisposable {
  readonly aws: Aws;
  readonly client: SecretsManagerClient;
  readonly fixture: PostgresFixture;
  readonly #functionArn: string;

  private constructor(aws: Aws, fixture: PostgresFixture, functionArn: string) {
    this.aws = aws;
    this.fixture = fixture;
    this.#functionArn = functionArn;
    this.client = sdkClient(aws, "operator");
  }

  static async open(options: AwsOptions = {}): Promise<Scenes> {
    // Secrets Manager wants a function to invoke; this one leaves all to the test.
    await using bundle = await temporaryBundle("export const handler = async () => {};");
    const aws = await startAws({ rotation: { attempts: 1 }, ...options });
    const functionArn = aws.functions.register({ name: "nothing", bundle: bundle.path });
    await aws.functions.invoke(functionArn, {});
    return new Scenes(aws, await openPostgresFixture(inject("postgres")), functionArn);
  }

  /** A secret with its database user, and a rotation under way. */
  async scene(change: (value: Value) => object = (value) => value): Promise<Scene> {
    const login = await this.fixture.newUser();
    const scene = new Scene(this, [login], { urls: ["connection_string"] });
    await scene.create(change(databaseValue(login)));
    return scene;
  }

  /** A secret with the logins of two users, in fields ONE_USER, ONE_PASSWORD, TWO_USER, TWO_PASSWORD. */
  async sceneOfTwo(): Promise<Scene> {
    const logins = [await this.fixture.newUser(), await this.fixture.newUser()] as const;
    const names = ["ONE", "TWO"];
    const { host, port } = logins[0];
    const scene = new Scene(
      this,
      logins,
      ...names.map((name) => ({
        fields: { username: `${name}_USER`, password: `${name}_PASSWORD` },
        connection: { host, port },
      })),
    );
    const fields = logins.flatMap(({ username, password }, index) => [
      [`${names[index]}_USER`, username],
      [`${names[index]}_PASSWORD`, password.reveal()],
    ]);
    await scene.create(Object.fromEntries(fields));
    return scene;
  }

  /** Starts a rotation that does nothing. */
  async begin(name: string, token: string): Promise<void> {
    await this.client.send(
      new RotateSecretCommand({
        SecretId: name,
        ClientRequestToken: token,
        RotationLambdaARN: this.#functionArn,
        RotationRules: { AutomaticallyAfterDays: 90 },
      }),
    );
    await this.aws.rotations.finished(name, token);
  }

  /** By hand: moves a label, attaches one that is nowhere, or takes it off where `to` is absent. */
  async move(
    SecretId: string,
    VersionStage: string,
    from: string | undefined,
    to?: string,
  ): Promise<void> {
    const input = { SecretId, VersionStage, RemoveFromVersionId: from, MoveToVersionId: to };
    await this.client.send(new UpdateSecretVersionStageCommand(input));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    await this.fixture[Symbol.asyncDispose]();
    await this.aws[Symbol.asyncDispose]();
  }
}

export function databaseValue({ host, port, database, username, password }: Login): Value {
  const text = password.reveal();
  return {
    connection_string: `postgresql://${username}:${text}@${host}:${port}/${database}`,
    host,
    port: String(port),
    database,
    username,
    password: text,
    rotated_at: "2024-01-01T00:00:00Z",
    note: "kept",
  };
}

export class Scene {
  readonly name: string = `test/${randomUUID()}`;
  /** Of the database users as they were at first. */
  readonly logins: readonly Login[];
  token: string = randomUUID();
  /** The version that was AWSCURRENT at first. */
  first = "";
  /** Every login that a step tried, in order. */
  readonly tried: Login[] = [];
  /** Those of them that the server refused. */
  readonly refused: Login[] = [];
  /** Ahead of a login. */
  onLogin: (login: Login) => Promise<void> = async () => {};
  /** How long a step wanted to sleep; it does not. */
  readonly slept: number[] = [];
  onSleep = () => {};
  /** How long it sleeps instead, in milliseconds. */
  nap = 0;
  now = new Date("2026-03-04T05:06:07.890Z");
  onChange: ChangeHook = (_, change) => change();
  /** Ahead of a rehearsal. */
  onRehearsal: (username: string) => Promise<void> = async () => {};
  /** Whether the manifest names the secret. */
  isNamed = true;
  /** Whether somebody has subscribed to the alerts. */
  hasListener = true;
  readonly warnings: string[] = [];
  /** Generated values beside the logins. */
  generated: readonly GeneratedSpec[] = [];
  /** What else the manifest says of the secret. */
  entry: Partial<SecretEntry> = {};
  /** Of the SDK: how often a call is tried. */
  attempts = 1;
  readonly #scenes: Scenes;
  readonly #specs: readonly LoginSpec[];

  constructor(scenes: Scenes, logins: readonly Login[], ...specs: Partial<LoginSpec>[]) {
    this.#scenes = scenes;
    this.logins = logins;
    this.#specs = specs.map((spec) => ({
      type: "postgres",
      strategy: "in-place",
      traits: strategyTraits["in-place"],
      fields: {},
      connection: {},
      urls: [],
      passwordForm: "verifier",
      password: defaultPolicy,
      ca: logins[0]?.ca,
      ...spec,
      ...(spec.strategy && { traits: strategyTraits[spec.strategy] }),
    }));
  }

  async create(value: object | string): Promise<void> {
    const SecretString = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    const created = await this.#scenes.client.send(
      new CreateSecretCommand({ Name: this.name, SecretString }),
    );
    this.first = String(created.VersionId);
    await this.#scenes.begin(this.name, this.token);
  }

  /** A fresh rotation, after AWSPENDING was removed or has arrived. */
  async again(token: string = randomUUID()): Promise<void> {
    this.token = token;
    await this.#scenes.begin(this.name, this.token);
  }

  /** Runs one step; what it throws must not hold a password. */
  async run(
    step: Step,
    { signal = AbortSignal.timeout(20_000), rotationToken = undefined as string | undefined } = {},
  ): Promise<"done" | "alreadyCurrent"> {
    const event = { step, secretId: this.name, token: this.token };
    const full = rotationToken ? { ...event, rotationToken: new Secret(rotationToken) } : event;
    try {
      return (await rotate(full, this.#ports(), this.#context(signal))).outcome;
    } catch (error) {
      const text = everyRendering(error);
      for (const { password } of [...this.logins, ...this.tried])
        expect(text).not.toContain(password.reveal());
      throw error;
    }
  }

  async runAll(): Promise<void> {
    for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const)
      await this.run(step);
  }

  /** What settlement asks of an old version; by default of the one that carries RETIRING. */
  async retire(action: Action, version?: string): Promise<RetireResult> {
    const request = {
      action,
      secret: this.name,
      version: version ?? (await this.holder("RETIRING")),
    };
    return retire(request, this.#ports(), this.#context(AbortSignal.timeout(20_000)));
  }

  /** What `watch` asks. */
  async probe(...secrets: readonly string[]): Promise<readonly CurrentAnswer[]> {
    const request = { action: "probeCurrent", secrets } as const;
    const context = this.#context(AbortSignal.timeout(20_000));
    return (await probeCurrent(request, this.#ports(), context)).results;
  }

  /** Takes off the labels that settlement takes off when the old credential is dead. */
  async unlabel(): Promise<void> {
    for (const [version, labels] of Object.entries((await this.labels()) ?? {}))
      for (const label of labels)
        if (/^(RETIRING|FROM-)/.test(label)) await this.#scenes.move(this.name, label, version);
  }

  /** The version with this label. */
  async holder(label: string): Promise<string> {
    const versions = Object.entries((await this.labels()) ?? {});
    return versions.find(([, labels]) => labels.includes(label))?.[0] ?? "";
  }

  /** The value of a version by label or id. */
  async value(version: string = "AWSCURRENT"): Promise<Value> {
    return JSON.parse(await this.text(version));
  }

  async text(version: string = "AWSCURRENT"): Promise<string> {
    const by = /^AWS|^RETIRING/.test(version) ? { VersionStage: version } : { VersionId: version };
    const command = new GetSecretValueCommand({ SecretId: this.name, ...by });
    return String((await this.#scenes.client.send(command)).SecretString);
  }

  /** Writes a version by hand. */
  async put(value: object | string, VersionStages: string[], id: string = randomUUID()) {
    const SecretString = typeof value === "string" ? value : JSON.stringify(value, null, 2);
    const version = { SecretId: this.name, ClientRequestToken: id, SecretString, VersionStages };
    await this.#scenes.client.send(new PutSecretValueCommand(version));
    return id;
  }

  labels() {
    return labels(this.#scenes.client, this.name);
  }

  /** Whether the server lets the first user in with this password. */
  async admits({ password }: { password: string }, of = this.logins[0]): Promise<boolean> {
    if (!of) return false;
    const login = { ...of, password: new Secret(password) };
    return accepts(postgres, login, AbortSignal.timeout(10_000));
  }

  /** Sets the first user's password by hand; a new one unless it is given. */
  async setByHand(password = newPassword().reveal()): Promise<string> {
    await this.#scenes.fixture.query(
      `ALTER ROLE ${this.logins[0]?.username} PASSWORD '${password}'`,
    );
    return password;
  }

  /** Of the calls that the steps made. */
  calls(operation: string) {
    const secret = (input: Record<string, unknown>) => String(input["SecretId"]);
    return this.#scenes.aws.calls.filter(
      (call) =>
        call.operation === operation &&
        call.principal === "function" &&
        secret(call.input).includes(this.name),
    );
  }

  intercept(interceptor: Interceptor): Disposable {
    return this.#scenes.aws.intercept(interceptor);
  }

  #entry(): SecretEntry {
    return {
      credentials: [...this.#specs, ...this.generated],
      place: "network",
      schedule: { expression: "rate(90 days)" },
      consumers: { clusters: [] },
      grace: 0,
      deadline: 0,
      ...this.entry,
    };
  }

  #context(signal: AbortSignal): Context {
    return {
      now: () => this.now,
      randomInt,
      signal,
      sleep: async (ms) => {
        this.slept.push(ms);
        this.onSleep();
        if (this.nap > 0) await sleep(this.nap);
        if (signal.aborted) throw new DeadlineReached();
      },
      log: {
        begin: () => {},
        step: () => {},
        warn: (_, message) => void this.warnings.push(message),
        alertFailed: () => {},
        failureTold() {},
        figures() {},
      },
      report: async () => "told",
    };
  }

  #ports(): RotationPorts {
    const client = sdkClient(this.#scenes.aws, "function", this.attempts);
    return {
      store: new SecretsManagerStore(() => client),
      manifest: {
        stage: "production",
        exempt: [],
        secrets: this.isNamed ? { [this.name]: this.#entry() } : {},
      },
      alerts: { publish: async () => {}, prove: async () => (this.hasListener ? 1 : 0) },
      credential: async (spec) => {
        const credential = await loadCredential(spec);
        const isUsed = credential instanceof LoginCredential && spec.type !== "rds-master";
        if (!isUsed) return credential;
        return new LoginCredential({ ...credential.parts, engine: this.#observed });
      },
    };
  }

  /** The real engine, seen through. */
  readonly #observed: Engine = {
    login: async (login, signal) => {
      this.tried.push(login);
      await this.onLogin(login);
      const session = await postgres.login(login, signal);
      if (session === "refused") this.refused.push(login);
      return session === "refused" ? session : this.#hooked(session);
    },
    approach: (login, signal) => {
      const approach = postgres.approach(login, signal);
      return {
        login: () => {
          this.tried.push(login);
          return approach.login();
        },
        [Symbol.asyncDispose]: () => approach[Symbol.asyncDispose](),
      };
    },
  };

  #hooked(session: Session): Session {
    const setPassword: Session["setPassword"] = (username, password, signal) =>
      this.onChange(username, () => session.setPassword(username, password, signal), signal);
    const rehearsePassword: Session["rehearsePassword"] = async (username, signal) => {
      await this.onRehearsal(username);
      return await session.rehearsePassword(username, signal);
    };
    return new Proxy(session, {
      get(target, name) {
        if (name === "setPassword") return setPassword;
        if (name === "rehearsePassword") return rehearsePassword;
        const member: unknown = Reflect.get(target, name);
        // V8 takes no bound function for a disposer.
        const call = (...given: unknown[]) => Reflect.apply(member as () => unknown, target, given);
        return typeof member === "function" ? call : member;
      },
    });
  }
}
