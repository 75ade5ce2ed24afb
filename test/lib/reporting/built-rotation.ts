import { randomBytes, randomUUID } from "node:crypto";
import { join } from "node:path";
import { RotateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { SSM } from "@aws-sdk/client-ssm";
import { databaseSecretId } from "../../../lab/database-secret.ts";
import type { Server, ServerProxy, Strategy } from "../../../lab/server.ts";
import { startWorld, type World, type WorldOptions } from "../../../lab/world.ts";
import type { Step } from "../../../lib/rotation/event.ts";
import { AwsError, type Call, type Invocation } from "../../../standin/aws.ts";
import { clientConfig, temporaryBundle } from "../../standin/fixtures.ts";

export interface Deployment {
  /** Of the rotation function. */
  readonly environment?: Record<string, string>;
  readonly timeoutMs?: number;
}

/** What tests vary beside the server and the strategy. */
export type MoreOfWorld = Pick<
  WorldOptions,
  "mirror" | "beside" | "master" | "aclUser" | "authToken" | "pace"
>;

/** The built function in the stand-in, its database behind a proxy, and one step of it at a time. */
export class BuiltRotation implements AsyncDisposable {
  readonly world: World;
  readonly proxy: ServerProxy;
  /** A value that only the event holds; the same for every event. */
  readonly rotationToken = randomBytes(24).toString("hex");
  /** The version that is being made. */
  token = "";
  readonly #nothing: string;
  readonly #parts: AsyncDisposable;

  private constructor(world: World, proxy: ServerProxy, nothing: string, parts: AsyncDisposable) {
    this.world = world;
    this.proxy = proxy;
    this.#nothing = nothing;
    this.#parts = parts;
  }

  static async open(
    server: Server,
    strategy: Strategy,
    name: string,
    more: MoreOfWorld = {},
  ): Promise<BuiltRotation> {
    await using parts = new AsyncDisposableStack();
    const proxy = parts.use(await server.proxy());
    const timing = { attempts: 3, retryDelayMs: 1 };
    const world = await startWorld({
      server,
      address: proxy,
      strategy,
      name,
      timing,
      ...more,
    });
    parts.use(world);
    const bundle = parts.use(await temporaryBundle("export const handler = async () => {};"));
    const nothing = world.aws.functions.register({ name: "nothing", bundle: bundle.path });
    return new BuiltRotation(world, proxy, nothing, parts.move());
  }

  /** Starts a rotation that nobody carries on: AWSPENDING sits on a version without a value. No problem stands. */
  async begin(): Promise<void> {
    await this.#forget();
    const { AWSPENDING: left, AWSCURRENT: current } = await this.world.labels();
    if (left && left !== current) await this.world.label("AWSPENDING", left);
    this.token = randomUUID();
    await this.world.client.send(
      new RotateSecretCommand({
        SecretId: databaseSecretId,
        ClientRequestToken: this.token,
        RotationLambdaARN: this.#nothing,
        RotationRules: { AutomaticallyAfterDays: 90 },
      }),
    );
    await this.world.aws.rotations.finished(databaseSecretId, this.token);
  }

  /** The same function once more, deployed otherwise; returns its ARN. */
  deploy({ environment = {}, timeoutMs }: Deployment, fn = "rotate-database"): string {
    return this.world.aws.functions.register({
      name: `f-${randomUUID()}`,
      bundle: join(this.world.folder, "functions", `${fn}.mjs`),
      environment: { ENVIRONMENT: "production", ...environment },
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
  }

  /** One invocation, as Secrets Manager makes it. */
  run(step: Step, arn: string = this.world.functionArn): Promise<Invocation> {
    return this.invoke(
      { Step: step, SecretId: this.world.secretArn, ClientRequestToken: this.token },
      arn,
    );
  }

  invoke(event: object, arn: string = this.world.functionArn): Promise<Invocation> {
    const payload = { RotationToken: this.rotationToken, ...event };
    return this.world.aws.functions.invoke(arn, payload);
  }

  /** Until disposed of, the functions' calls that match are answered with this error. */
  answer(error: AwsError, matches: (call: Call) => boolean): Disposable {
    return this.world.aws.intercept({
      before(call) {
        if (call.principal !== "operator" && matches(call)) throw error;
      },
    });
  }

  deny(operation: string, type = "AccessDeniedException"): Disposable {
    const error = new AwsError(
      type,
      "not authorized",
      type.startsWith("Authorization") ? 403 : 400,
    );
    return this.answer(error, (call) => call.operation === operation);
  }

  /** What has been published since the mark: the events, for machines. */
  alerts(since: number): Record<string, unknown>[] {
    return this.world.aws.notifications
      .slice(since)
      .map(({ message }) => JSON.parse(JSON.parse(message).default));
  }

  /** How many have been published. */
  get mark(): number {
    return this.world.aws.notifications.length;
  }

  /** What on-call was told. */
  async #forget(): Promise<void> {
    const ssm = new SSM(clientConfig(this.world.aws, "operator"));
    const { Parameters = [] } = await ssm.getParametersByPath({
      Path: "/quarterturn",
      Recursive: true,
    });
    for (const { Name } of Parameters) await ssm.deleteParameter({ Name });
    ssm.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }
}

/** The JSON lines that a function printed: Powertools' log and CloudWatch's embedded metrics. */
export function linesOf({ log }: Pick<Invocation, "log">) {
  const lines = log
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line): Record<string, unknown> => JSON.parse(line));
  return {
    steps: lines.filter((line) => "outcome" in line),
    others: lines.filter((line) => "level" in line && !("outcome" in line)),
    metrics: lines.filter((line) => "_aws" in line),
  };
}
