import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { clientOf, createTopic } from "../../lab/clients.ts";
import { deploy } from "../../lab/deploy.ts";
import type { Action } from "../../lib/retirement/request.ts";
import { steps } from "../../lib/rotation/event.ts";
import { retiringVersions, staleOrigins } from "../../lib/secret/labels.ts";
import { type Aws, type AwsOptions, startAws } from "../../standin/aws.ts";
import { temporaryBundle } from "../standin/fixtures.ts";
import type { Canaries } from "./canaries.ts";
import { observing } from "./observing.ts";
import { Places } from "./places.ts";

/** A secret with a key, and what of the world it needs. */
export interface KeyScene {
  /** What rotation.yml says of the key. */
  readonly credential: object;
  /** What rotation.yml says of its secret. Default: all consumers are known, and there are none. */
  readonly entry?: object;
  /** Beside rotation.yml, by their paths. */
  readonly files?: Readonly<Record<string, string>>;
  readonly document: Readonly<Record<string, string>>;
  /** The administrator's secret, by its name. */
  readonly admin?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** For the functions: where the provider is. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Imported ahead of the functions that reach the provider. */
  readonly ahead?: string;
  /** Values that neither a version of the secret nor the administrator's secret shows. */
  readonly learn?: (canaries: Canaries) => void;
  /** Every rotation is one after a leak: the old key ends though it was used a moment ago. */
  readonly hasLeaked?: boolean;
  /** Goes with the suspect. */
  readonly parts?: AsyncDisposable;
}

export const keySecretId = "production/leak/key";

/** No secret: how a provider calls a key, and a field that is nobody's. */
const isSecret = (field: string) => !/^(note|\w*_id|type|client_email|token_uri)$/.test(field);

/** The built functions of keys under observation, on the stand-in. */
export class KeySuspect implements AsyncDisposable {
  readonly world: { readonly aws: Aws; readonly client: SecretsManagerClient };
  readonly places: Places;
  /** ARNs, by the names of the functions. */
  readonly functions: Arns;
  /** Invocations that failed. */
  failures = 0;
  /** The version that is being made. */
  token = "";
  readonly #scene: KeyScene;
  readonly #parts: AsyncDisposable;

  private constructor(
    world: KeySuspect["world"],
    scene: KeyScene,
    places: Places,
    arns: Arns,
    parts: AsyncDisposable,
  ) {
    this.world = world;
    this.#scene = scene;
    this.places = places;
    this.functions = arns;
    this.#parts = parts;
  }

  /**
   * @param prepare what of the scene lies on the stand-in itself
   * @param timing of the stand-in; default: a rotation is tried once, and waits pass a thousand times faster
   */
  static async open(
    prepare: (aws: Aws) => Promise<KeyScene> | KeyScene,
    timing: AwsOptions = { pace: 1000, rotation: { attempts: 1 } },
  ): Promise<KeySuspect> {
    await using parts = new AsyncDisposableStack();
    const accessKeys = { activationMs: 0, revocationMs: 0 };
    const aws = parts.use(await startAws({ accessKeys, ...timing }));
    const client = clientOf(aws, "operator");
    parts.defer(() => client.destroy());
    const scene = await prepare(aws);
    if (scene.parts) parts.use(scene.parts);
    const documents = { [keySecretId]: scene.document, ...scene.admin };
    const server = { log: () => "" };
    const watched = { secrets: Object.keys(documents), isSecret };
    const places = parts.use(new Places({ aws, client, server }, watched));
    for (const [Name, value] of Object.entries(documents))
      await client.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) }));
    const arns = await deployObserved(aws, scene, parts);
    return new KeySuspect({ aws, client }, scene, places, arns, parts.move());
  }

  /** A rotation that nobody carries on, after whatever the last one left has been brought to its end. */
  async begin(hasLeaked = this.#scene.hasLeaked ?? false): Promise<void> {
    await this.retire();
    const versions = await this.#versions();
    const stale = staleOrigins({ versions }).map(({ label }) => label);
    for (const [version, labels] of versions)
      for (const label of labels)
        if (["AWSPENDING", "RETIRING", ...stale].includes(label)) await this.#drop(label, version);
    this.token = (hasLeaked ? "leaked-" : "") + randomUUID();
    await this.world.client.send(
      new RotateSecretCommand({
        SecretId: keySecretId,
        ClientRequestToken: this.token,
        RotationLambdaARN: this.functions.nothing,
        RotationRules: { AutomaticallyAfterDays: 90 },
      }),
    );
    await this.world.aws.rotations.finished(keySecretId, this.token);
  }

  /** All four steps, as far as they succeed, and the retirement. @returns whether all of it succeeded */
  async rotate(): Promise<boolean> {
    for (const Step of steps)
      if (!(await this.invoke({ Step, SecretId: keySecretId, ClientRequestToken: this.token })))
        return false;
    return this.retire();
  }

  async retire(): Promise<boolean> {
    const [retiring] = retiringVersions({ versions: await this.#versions() });
    if (!retiring) return false;
    const { version } = retiring;
    // Long enough for every provider.
    const refusedSince = new Date(Date.now() - 30 * 86_400_000).toISOString();
    const action: Action = this.token.startsWith("leaked-") ? "retireLeaked" : "retireUnused";
    const request = { action, secret: keySecretId, version, refusedSince };
    return this.invoke(request, this.functions["retire-api-key"]);
  }

  /** @returns whether it succeeded */
  async invoke(event: object, arn: string = this.functions["rotate-api-key"]): Promise<boolean> {
    const payload = { RotationToken: rotationToken, ...event };
    const { error, payload: answer } = await this.world.aws.functions.invoke(arn, payload);
    const hasFailed = error !== undefined || Object(answer).outcome === "failed";
    if (hasFailed) this.failures += 1;
    return !hasFailed;
  }

  /** What was found since the last search. */
  search(): Promise<string[]> {
    this.#scene.learn?.(this.places.canaries);
    return this.places.search();
  }

  async #versions(): Promise<ReadonlyMap<string, readonly string[]>> {
    const { VersionIdsToStages = {} } = await this.world.client.send(
      new DescribeSecretCommand({ SecretId: keySecretId }),
    );
    return new Map(Object.entries(VersionIdsToStages));
  }

  async #drop(VersionStage: string, RemoveFromVersionId: string): Promise<void> {
    const move = { SecretId: keySecretId, VersionStage, RemoveFromVersionId };
    await this.world.client.send(new UpdateSecretVersionStageCommand(move));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }
}

type Arns = Awaited<ReturnType<typeof deployObserved>>;

/** The same for every event. */
const rotationToken = randomUUID() + randomUUID();

async function deployObserved(aws: Aws, scene: KeyScene, parts: AsyncDisposableStack) {
  const folder = mkdtempSync(join(tmpdir(), "quarterturn-leak-"));
  parts.defer(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(scene.files ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const entry = { consumers: "complete", ...scene.entry, credentials: [scene.credential] };
  const arns = await deploy(aws, {
    folder,
    manifest: { secrets: { [keySecretId]: entry } },
    ca: "",
    topicArn: await createTopic(aws),
    env: scene.environment ?? {},
    around(bundle, name) {
      const path = bundle.replace(/\.mjs$/, ".observed.mjs");
      writeFileSync(path, observing(bundle, name.endsWith("-api-key") ? scene.ahead : undefined));
      return path;
    },
  });
  const nothing = parts.use(await temporaryBundle("export const handler = async () => {};"));
  return { ...arns, nothing: aws.functions.register({ name: "nothing", bundle: nothing.path }) };
}
