import { randomBytes, randomInt, randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { SecretsManagerStore } from "../../../../lib/aws/secrets-manager.ts";
import type { SecretEntry } from "../../../../lib/manifest/manifest.ts";
import type { CredentialSpec } from "../../../../lib/manifest/type.ts";
import { loadCredential } from "../../../../lib/registry.ts";
import type { RetireResult } from "../../../../lib/retirement/result.ts";
import { retire } from "../../../../lib/retirement/retire.ts";
import { type RotationPorts, rotate } from "../../../../lib/rotation/rotate.ts";
import type { RotationContext } from "../../../../lib/rotation/rotation.ts";
import type { KeyParts, Outcome, Provider } from "../../../../lib/rotators/key/provider.ts";
import { SuppliedCredential } from "../../../../lib/rotators/supplied/credential.ts";
import { type Supplied, supply } from "../../../../lib/rotators/supplied/supply.ts";
import { anyShape, type SuppliedSpec } from "../../../../lib/rotators/supplied/value.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { type Aws, startAws } from "../../../../standin/aws.ts";
import { contextFor } from "../../../context.ts";
import { everyRendering } from "../../../rendering.ts";
import { sdkClient, temporaryBundle } from "../../../standin/fixtures.ts";

export const newKey = () => `sk_${randomBytes(18).toString("base64url")}`;

export const spec = (more: Partial<SuppliedSpec> = {}): SuppliedSpec => ({
  type: "supplied",
  strategy: "supply",
  traits: { oldWorksBeside: true, changesUsername: false, switches: false },
  supply: { field: "api_key", console: "https://acme.example/keys" },
  fields: { secret: "api_key" },
  adopt: true,
  prefix: "sk_",
  shape: anyShape,
  ...more,
});

/** A provider of which the test says what it thinks of each key. */
export class Acme implements Provider {
  readonly name = "Acme";
  readonly scope = "acme";
  readonly traits = {
    nameLength: 64,
    alive: { times: 2, every: 1000, within: 5000 },
    dead: { times: 2, every: 1000, within: 0 },
  };
  /** Of each key that exists: the account that it belongs to. */
  readonly keys = new Map<string, string>();
  isDown = false;
  readonly probed: string[] = [];

  async create(): Promise<KeyParts> {
    throw new Error("Only a person makes keys here.");
  }

  async probe(key: KeyParts): Promise<Outcome> {
    const text = key.get("secret")?.reveal() ?? "";
    this.probed.push(text);
    if (this.isDown) return { is: "unknown", why: "HTTP 503" };
    return { is: this.keys.has(text) ? "alive" : "dead" };
  }

  async facts(key: KeyParts) {
    return { account: this.keys.get(key.get("secret")?.reveal() ?? "") };
  }
}

/** A secret with a key that a person makes, on the stand-in. */
export class SupplyScene implements AsyncDisposable {
  readonly aws: Aws;
  readonly client: SecretsManagerClient;
  readonly name = `production/${randomUUID()}`;
  readonly old = newKey();
  readonly warnings: string[] = [];
  spec = spec();
  /** What else the secret holds. */
  beside: readonly CredentialSpec[] = [];
  provider: Provider | undefined;
  now = Date.now();
  first = "";

  private constructor(aws: Aws) {
    this.aws = aws;
    this.client = sdkClient(aws, "operator");
  }

  static async open(
    value: (old: string) => object | string = (api_key) => ({ api_key, note: "kept" }),
  ) {
    const scene = new SupplyScene(await startAws({ rotation: { attempts: 1 } }));
    const text = value(scene.old);
    const created = await scene.client.send(
      new CreateSecretCommand({
        Name: scene.name,
        SecretString: typeof text === "string" ? text : JSON.stringify(text),
      }),
    );
    scene.first = String(created.VersionId);
    return scene;
  }

  /** Hands over a key; what it throws, and what it warns of, must not hold it. */
  async supply(key: string, more: Readonly<Record<string, string>> = {}): Promise<Supplied> {
    const parts = Object.entries({ secret: key, ...more });
    const given = new Map(parts.map(([part, text]) => [part, new Secret(text)]));
    const wanted = { secretId: this.name, entry: this.entry, spec: this.spec };
    try {
      return await supply(wanted, given, this.ports, this.context());
    } catch (error) {
      for (const text of [this.old, key].filter((each) => each.length > 8))
        if ((everyRendering(error) + this.warnings.join()).includes(text))
          throw new Error("The key was printed.");
      throw error;
    }
  }

  get ports() {
    const client = sdkClient(this.aws, "person");
    return { store: new SecretsManagerStore(() => client), provider: this.provider };
  }

  get entry(): SecretEntry {
    return {
      credentials: [this.spec, ...this.beside],
      place: "internet",
      schedule: { expression: "rate(90 days)" },
      consumers: {},
      grace: 0,
      deadline: 0,
      ...(this.spec.fields["secret"] === "" && { shape: "plain" as const }),
    };
  }

  credential() {
    return new SuppliedCredential(this.spec, { provider: this.provider });
  }

  context(): RotationContext {
    return {
      now: () => new Date(this.now),
      sleep: async (ms) => {
        this.now += ms;
      },
      randomInt,
      signal: AbortSignal.timeout(20_000),
      log: { warn: (_, message) => void this.warnings.push(message) },
    };
  }

  /** What settlement asks of the version that is to be retired. */
  async retire(refusedSince?: Date): Promise<RetireResult> {
    const version = String(await this.holder("RETIRING"));
    const since = refusedSince && { refusedSince: refusedSince.toISOString() };
    const request = { action: "retireUnused" as const, secret: this.name, version, ...since };
    return retire(request, this.functions(), contextFor({ now: () => new Date(this.now) }));
  }

  /** All steps of a rotation by schedule. */
  async rotate(token: string = randomUUID()): Promise<void> {
    await using bundle = await temporaryBundle("export const handler = async () => {};");
    const name = `nothing-${token.slice(-8)}`;
    const functionArn = this.aws.functions.register({ name, bundle: bundle.path });
    await this.client.send(
      new RotateSecretCommand({
        SecretId: this.name,
        ClientRequestToken: token,
        RotationLambdaARN: functionArn,
        RotationRules: { AutomaticallyAfterDays: 90 },
      }),
    );
    await this.aws.rotations.finished(this.name, token);
    const { log } = this.context();
    for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const)
      await rotate({ step, secretId: this.name, token }, this.functions(), contextFor({ log }));
  }

  /** What the functions that rotate and retire have. */
  functions(): RotationPorts {
    const client = sdkClient(this.aws, "function");
    return {
      store: new SecretsManagerStore(() => client),
      manifest: { stage: "production", exempt: [], secrets: { [this.name]: this.entry } },
      alerts: { publish: async () => {}, prove: async () => 1 },
      credential: async (spec) =>
        spec === this.spec ? this.credential() : await loadCredential(spec),
    };
  }

  /** By version: its labels, without those of settlement's bookkeeping. */
  async labels(): Promise<Readonly<Record<string, readonly string[]>>> {
    const { VersionIdsToStages = {} } = await this.describe();
    return VersionIdsToStages;
  }

  describe() {
    return this.client.send(new DescribeSecretCommand({ SecretId: this.name }));
  }

  async holder(label: string): Promise<string | undefined> {
    const all = Object.entries(await this.labels());
    return all.find(([, labels]) => labels.includes(label))?.[0];
  }

  async text(version?: string): Promise<string> {
    const command = new GetSecretValueCommand({ SecretId: this.name, VersionId: version });
    return String((await this.client.send(command)).SecretString);
  }

  async put(value: object, labels: string[], id: string = randomUUID()): Promise<string> {
    const SecretString = JSON.stringify(value);
    const version = { SecretId: this.name, ClientRequestToken: id, SecretString };
    await this.client.send(new PutSecretValueCommand({ ...version, VersionStages: labels }));
    return id;
  }

  async move(label: string, from: string | undefined, to?: string): Promise<void> {
    const move = { SecretId: this.name, VersionStage: label };
    await this.client.send(
      new UpdateSecretVersionStageCommand({
        ...move,
        RemoveFromVersionId: from,
        MoveToVersionId: to,
      }),
    );
  }

  /** As settlement does at its end. */
  async settle(): Promise<void> {
    for (const [version, labels] of Object.entries(await this.labels()))
      for (const label of labels.filter((each) => /^(RETIRING|FROM-)/.test(each)))
        await this.move(label, version);
  }

  async tag(tags: Readonly<Record<string, string>>): Promise<void> {
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    await this.client.send(new TagResourceCommand({ SecretId: this.name, Tags }));
  }

  async tags(): Promise<Readonly<Record<string, string>>> {
    const { Tags = [] } = await this.describe();
    return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
  }

  /** What the person's calls sent, values left out where they belong. */
  sent(): string {
    return JSON.stringify(
      this.aws.calls
        .filter(({ principal }) => principal === "person")
        .map(({ operation, input }) =>
          operation === "PutSecretValue" ? { ...input, SecretString: "" } : input,
        ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    await this.aws[Symbol.asyncDispose]();
  }
}
