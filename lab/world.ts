import { randomBytes, randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import pg from "pg";
import type { Action } from "../lib/retirement/request.ts";
import type {
  Aws,
  Invocation,
  LambdaTiming,
  RotationOutcome,
  RotationTiming,
} from "../standin/aws.ts";
import { type Consumer, startConsumer } from "./consumer/consumers.ts";
import { Host } from "./host.ts";
import {
  createMuejamAdmin,
  createMuejamDatabase,
  type MuejamSecret,
  muejamAdminId,
  muejamSecretId,
} from "./muejam.ts";
import { loginInUrl, logsIn } from "./postgres/login.ts";
import type { PostgresServer } from "./postgres/server.ts";

export interface WorldOptions {
  readonly postgres: PostgresServer;
  /** Where clients reach it, if not directly: a proxy's address. */
  readonly address?: { readonly host: string; readonly port: number };
  readonly strategy: string;
  /** Of the database; its user is named after it. */
  readonly name?: string;
  readonly timing?: Partial<RotationTiming>;
  readonly lambda?: Partial<LambdaTiming>;
  /** Makes what the secret holds beside MueJam's login. */
  readonly beside?: (of: {
    postgres: PostgresServer;
    address: { host: string; port: number };
    name: string;
  }) => Promise<Beside>;
  /** Of the stand-in; default: a free one. */
  readonly port?: number;
  /** Emptied when the world ends; its functions are those of the first world that used it. Default: a new one. */
  readonly host?: Host;
  /** What the manifest says under `mirror`. */
  readonly mirror?: object;
  /** Functions run in this process instead of one each. */
  readonly inProcess?: boolean;
}

/** More fields of the same secret, and what of them is a credential. */
export interface Beside {
  readonly fields: Readonly<Record<string, string>>;
  /** As the manifest writes them. */
  readonly credentials: readonly {
    readonly type?: string;
    readonly urls?: readonly string[];
    readonly [key: string]: unknown;
  }[];
}

/** As whom the consumer calls AWS. */
const consumerPrincipal = "consumer";

/**
 * AWS's stand-in with the built function, MueJam's secret in it, and the database that it opens: all that
 * the demo and the harnesses rotate.
 */
export class World implements AsyncDisposable {
  readonly aws: Aws;
  readonly functionArn: string;
  /** Of the function that ends the old credential. */
  readonly retireArn: string;
  /** Of the function that settles by itself, once it is connected. */
  readonly settleArn: string;
  /** Of the function that copies fields to parameters. */
  readonly mirrorArn: string;
  /** Of the function that tells of rotations that failed unreported, once it is connected. */
  readonly watchArn: string;
  readonly secretArn: string;
  readonly postgres: PostgresServer;
  readonly client: SecretsManagerClient;
  /** Where the built function, its manifest and `ca.pem` are, until the end of this process at the latest. */
  readonly folder: string;
  /** The logins of `accepts`, so that whoever counts connections can leave them out. */
  readonly checks = { made: 0, refused: 0 };
  /** Fields whose URL is a login, too. */
  readonly #urls: readonly string[];
  readonly #parts: AsyncDisposable;

  private constructor(of: {
    aws: Aws;
    client: SecretsManagerClient;
    functionArn: string;
    retireArn: string;
    settleArn: string;
    mirrorArn: string;
    watchArn: string;
    secretArn: string;
    postgres: PostgresServer;
    folder: string;
    urls: readonly string[];
    parts: AsyncDisposable;
  }) {
    this.aws = of.aws;
    this.client = of.client;
    this.functionArn = of.functionArn;
    this.retireArn = of.retireArn;
    this.settleArn = of.settleArn;
    this.mirrorArn = of.mirrorArn;
    this.watchArn = of.watchArn;
    this.secretArn = of.secretArn;
    this.postgres = of.postgres;
    this.folder = of.folder;
    this.#urls = of.urls;
    this.#parts = of.parts;
  }

  static async start(options: WorldOptions): Promise<World> {
    const { postgres, name = "muejam" } = options;
    await using parts = new AsyncDisposableStack();
    const host = options.host ?? parts.use(await startHost(options));
    if (options.host) parts.defer(() => host.aws.reset());
    const { aws, folder } = host;
    const address = options.address ?? postgres;
    const login = await createMuejamDatabase(postgres, address, name);
    const beside = await options.beside?.({ postgres, address, name });
    const secret = { ...login, ...beside?.fields };
    const admin = await createMuejamAdmin(postgres, address, name);
    const client = clientOf(aws, "operator");
    parts.defer(() => client.destroy());
    const secretArn = await createSecret(client, muejamSecretId, secret);
    await createSecret(client, muejamAdminId, admin);
    const manifest = manifestFor(options, beside?.credentials);
    const topicArn = await createTopic(aws);
    const arns = await host.deploy({ manifest, ca: postgres.ca, topicArn });
    return new World({
      aws,
      client,
      secretArn,
      postgres,
      folder,
      functionArn: arns["rotate-database"],
      retireArn: arns["retire-database"],
      settleArn: arns["settle"],
      mirrorArn: arns["mirror"],
      watchArn: arns["watch"],
      urls: beside?.credentials.flatMap(({ urls = [] }) => urls) ?? [],
      parts: parts.move(),
    });
  }

  /** An application that reads AWSCURRENT before each of its logins. */
  consumer(): Promise<Consumer> {
    const env = this.aws.env(consumerPrincipal);
    return startConsumer({ env, secretId: muejamSecretId, ca: this.postgres.ca });
  }

  /** One rotation through RotateSecret, to its end. */
  async rotate(token: string = randomUUID()): Promise<RotationOutcome> {
    await this.client.send(
      new RotateSecretCommand({
        SecretId: muejamSecretId,
        ClientRequestToken: token,
        RotationLambdaARN: this.functionArn,
        RotationRules: { AutomaticallyAfterDays: 90 },
      }),
    );
    return this.aws.rotations.finished(muejamSecretId, token);
  }

  async secret(version: { VersionId?: string; VersionStage?: string } = {}): Promise<MuejamSecret> {
    const command = new GetSecretValueCommand({ SecretId: muejamSecretId, ...version });
    return JSON.parse((await this.client.send(command)).SecretString ?? "null");
  }

  /** Version id by label. */
  async labels(): Promise<Record<string, string>> {
    const command = new DescribeSecretCommand({ SecretId: muejamSecretId });
    const { VersionIdsToStages = {} } = await this.client.send(command);
    return Object.fromEntries(
      Object.entries(VersionIdsToStages).flatMap(([id, labels]) => labels.map((l) => [l, id])),
    );
  }

  /** Moves a label, or removes it where `to` is absent. */
  async label(VersionStage: string, from: string, to?: string): Promise<void> {
    await this.client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: muejamSecretId,
        VersionStage,
        RemoveFromVersionId: from,
        MoveToVersionId: to,
      }),
    );
  }

  /** Of all versions, with and without labels. */
  async versionIds(): Promise<string[]> {
    const command = new ListSecretVersionIdsCommand({
      SecretId: muejamSecretId,
      IncludeDeprecated: true,
    });
    const { Versions = [] } = await this.client.send(command);
    return Versions.flatMap(({ VersionId }) => VersionId ?? []);
  }

  /** In whole or in part. A version that never got a value is not accepted. */
  async versionAccepted(VersionId: string): Promise<boolean> {
    try {
      const accepted = await this.#loginsAccepted(await this.secret({ VersionId }));
      return accepted.some(Boolean);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  }

  /** Every login of the secret, by a login at the server itself, also where the secret names a proxy. */
  async accepts(secret: MuejamSecret): Promise<boolean> {
    return (await this.#loginsAccepted(secret)).every(Boolean);
  }

  async #loginsAccepted(secret: MuejamSecret): Promise<readonly boolean[]> {
    const { host, port } = this.postgres;
    const inUrls = this.#urls.map((field) => loginInUrl(String(Reflect.get(secret, field))));
    const { database, username, password } = secret;
    const accepted: boolean[] = [];
    for (const login of [{ database, username, password }, ...inUrls])
      accepted.push(await logsIn(this.postgres, { ...login, host, port }));
    this.checks.made += accepted.length;
    this.checks.refused += accepted.filter((each) => !each).length;
    return accepted;
  }

  /**
   * What settlement will decide by itself: has the old credential ended and proven dead, then removes
   * RETIRING.
   * @returns whether the old credential is refused, as a login of ours finds
   */
  async settle(): Promise<boolean> {
    const { RETIRING: retiring, AWSCURRENT: current } = await this.labels();
    if (!retiring || retiring === current) return true;
    const { error, payload } = await this.retire("retire", retiring);
    if (error || Object(payload).outcome === "failed")
      throw new Error(`retire-database failed: ${JSON.stringify(error ?? payload)}`);
    const refused = !(await this.versionAccepted(retiring));
    if (refused) await this.label("RETIRING", retiring);
    return refused;
  }

  /** As before the first rotation with two users: AWSCURRENT is the owner's, and there is no other. */
  async forgetSecondUser(): Promise<void> {
    const current = await this.secret();
    const username = current.username.replace(/_clone$/, "");
    const password = randomBytes(18).toString("base64url");
    const { escapeIdentifier: quote, escapeLiteral: literal } = pg;
    await this.postgres.query(`DROP ROLE IF EXISTS ${quote(`${username}_clone`)}`);
    const login = `ALTER ROLE ${quote(username)} LOGIN PASSWORD ${literal(password)}`;
    await this.postgres.query(login);
    const { host, port, database } = current;
    const connection_string = `postgresql://${username}:${password}@${host}:${port}/${database}`;
    const SecretString = JSON.stringify({ ...current, username, password, connection_string });
    await this.client.send(new PutSecretValueCommand({ SecretId: muejamSecretId, SecretString }));
  }

  /** Invokes the function that ends the old credential. */
  retire(action: Action, version: string): Promise<Invocation> {
    const request = { action, secret: muejamSecretId, version };
    return this.aws.functions.invoke(this.retireArn, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }
}

const startHost = ({ port, timing, lambda, inProcess = false }: WorldOptions) =>
  Host.start({
    inProcess,
    ...(port !== undefined && { port }),
    ...(timing && { rotation: timing }),
    ...(lambda && { lambda }),
  });

/** A client that calls the stand-in as this principal. */
export function clientOf(aws: Aws, principal: string): SecretsManagerClient {
  return new SecretsManagerClient({
    endpoint: aws.endpoint,
    region: aws.region,
    credentials: keysOf(aws, principal),
  });
}

export function keysOf(aws: Aws, principal: string) {
  const env = aws.env(principal);
  return {
    accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
    secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
  };
}

async function createSecret(
  client: SecretsManagerClient,
  Name: string,
  value: object,
): Promise<string> {
  const SecretString = JSON.stringify(value, null, 2);
  return (await client.send(new CreateSecretCommand({ Name, SecretString }))).ARN ?? "";
}

/** The topic that on-call is subscribed to by mail, confirmed. */
export async function createTopic(aws: Aws): Promise<string> {
  const { endpoint, region } = aws;
  const client = new SNSClient({ endpoint, region, credentials: keysOf(aws, "operator") });
  const { TopicArn = "" } = await client.send(new CreateTopicCommand({ Name: "alerts" }));
  const Endpoint = "on-call@example.com";
  await client.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint }));
  const Token = aws.confirmationToken(TopicArn, Endpoint);
  await client.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  client.destroy();
  return TopicArn;
}

function manifestFor(
  { strategy, mirror }: WorldOptions,
  beside: Beside["credentials"] = [],
): object {
  const admin = strategy === "alternating-users" ? { admin: muejamAdminId } : {};
  const credential = {
    type: "postgres",
    strategy,
    ...admin,
    urls: ["connection_string"],
    ca: "ca.pem",
  };
  const others = beside.map((each) =>
    each.type === "generated" ? each : { ...each, ca: "ca.pem" },
  );
  const credentials = [credential, ...others];
  const defaults = { clusters: ["production"], grace: "0s" };
  const entry = { credentials, ...(mirror && { mirror }) };
  return { defaults, secrets: { [muejamSecretId]: entry } };
}
