import { randomBytes } from "node:crypto";
import { Activity } from "./activity.ts";
import type { Call, Interceptor } from "./call.ts";
import { cloudTrail } from "./cloudtrail/cloudtrail.ts";
import { dispatch } from "./dispatch.ts";
import { type EcsTaps, ecs } from "./ecs/ecs.ts";
import type { EventInterceptor, Undelivered } from "./events/bus.ts";
import { deliverTo } from "./events/deliver.ts";
import type { ServiceEvent } from "./events/event.ts";
import { eventBridge } from "./events/events.ts";
import { startHttpServer } from "./http-server.ts";
import { type Functions, LambdaHost } from "./lambda/functions.ts";
import { lambda } from "./lambda/lambda.ts";
import type { LambdaTiming } from "./lambda/timing.ts";
import type { RotationOutcome, RotationTiming } from "./secrets-manager/rotations.ts";
import { secretsManager } from "./secrets-manager/secrets-manager.ts";
import type { Notification } from "./sns/notification.ts";
import { sns } from "./sns/sns.ts";
import { sqs } from "./sqs/sqs.ts";
import { ssm } from "./ssm/ssm.ts";

export { AwsError } from "./aws-error.ts";
export type { Call, Interceptor } from "./call.ts";
export type { DeploymentEvent } from "./ecs/deployment-event.ts";
export type { TaskOutput } from "./ecs/task.ts";
export type { EventInterceptor } from "./events/bus.ts";
export type { AwsEvent, ServiceEvent } from "./events/event.ts";
export type { Functions, Invocation } from "./lambda/functions.ts";
export type { RotationOutcome, RotationStep } from "./secrets-manager/rotations.ts";
export { messageFor, type Notification } from "./sns/notification.ts";

export interface Aws extends AsyncDisposable {
  endpoint: string;
  region: string;
  accountId: string;
  /**
   * The environment for a process that calls the stand-in as `principal`: the access key id is the
   * principal, so calls can be told apart. The AWS SDK and the `aws` command line read it.
   */
  env(principal: string): Record<string, string>;
  /** Every call so far, in order. They hold secret values. */
  calls: readonly Call[];
  /** Until disposed of. */
  intercept(interceptor: Interceptor): Disposable;
  functions: Functions;
  ecs: EcsTaps;
  rotations: {
    /** The outcome of the latest run for this token. Rejects where no rotation has the token. */
    finished(secretId: string, token: string): Promise<RotationOutcome>;
  };
  events: {
    /** An event as a service sends it: what PutEvents refuses, "aws.…" sources, passes here. */
    emit(event: ServiceEvent): void;
    /** Until disposed of. */
    intercept(interceptor: EventInterceptor): Disposable;
    /** The schedule of this rule is due. Throws ResourceNotFoundException. */
    tick(ruleName: string): void;
    /** What no target could be given, in order. */
    undelivered: readonly Undelivered[];
  };
  /**
   * Resolves when no event, no message of a queue that a function reads, no invocation and no
   * rotation is under way. A deployment of ECS may be.
   */
  idle(): Promise<void>;
  /** What was published to SNS topics, in order. */
  notifications: readonly Notification[];
  /**
   * What the owner of a subscribed endpoint reads in the confirmation message: the token for
   * ConfirmSubscription. Throws where the endpoint never subscribed.
   */
  confirmationToken(topicArn: string, endpoint: string): string;
}

export interface AwsOptions {
  /** Default: a free one. */
  port?: number;
  region?: string;
  rotation?: Partial<RotationTiming>;
  lambda?: Partial<LambdaTiming>;
}

/**
 * A stand-in for the AWS services that Quarterturn calls, on 127.0.0.1 only, in memory: for
 * development, tests and the demo. `AWS_ENDPOINT_URL` is the only thing a client needs to know.
 */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  const account = { region: options.region ?? "eu-central-1", accountId: "123456789012" };
  const calls: Call[] = [];
  const interceptors = new Set<Interceptor>();
  const timing = { attempts: 3, retryDelayMs: 1000, stepGapMs: 0, ...options.rotation };
  const activity = new Activity();
  const functions = new LambdaHost(account, (principal) => env(principal), activity);
  const queues = sqs(account, () => endpoint);
  const invocations = lambda(functions, queues.queues, options.lambda ?? {}, activity);
  const { operations, notifications, confirmationToken } = sns(account);
  const { bus, operations: eventOperations } = eventBridge(
    account,
    deliverTo({ queues: queues.queues, topics: operations, functions: invocations }),
    activity,
  );
  const emit = (event: ServiceEvent) => bus.emit(event);
  const secrets = secretsManager(account, functions, calls, timing, activity, emit);
  const readSecret = (input: Record<string, unknown>) =>
    secrets.operations["GetSecretValue"]?.(input) ?? {};
  const parameters = ssm(account, readSecret, emit);
  const containers = ecs(account, {
    secret: readSecret,
    parameters: (input) => parameters["GetParameters"]?.(input) ?? {},
  });
  const services = {
    cloudtrail: cloudTrail(account),
    ecs: containers.operations,
    events: eventOperations,
    lambda: invocations.operations,
    secretsmanager: secrets.operations,
    sns: operations,
    sqs: queues.operations,
    ssm: parameters,
  };
  containers.taps.onEvent(emit);
  const server = await startHttpServer(options.port ?? 0, (request) =>
    dispatch(request, services, calls, interceptors),
  );
  const endpoint = `http://127.0.0.1:${server.port}`;
  const env = (principal: string) => callerEnv(endpoint, account.region, principal);
  return {
    endpoint,
    ...account,
    env,
    calls,
    intercept(interceptor) {
      interceptors.add(interceptor);
      return { [Symbol.dispose]: () => void interceptors.delete(interceptor) };
    },
    functions,
    ecs: containers.taps,
    rotations: { finished: secrets.finished },
    events: {
      emit,
      intercept: (interceptor) => bus.intercept(interceptor),
      tick: (ruleName) => bus.tick(ruleName),
      undelivered: bus.undelivered,
    },
    idle: () => activity.idle(),
    notifications,
    confirmationToken,
    async [Symbol.asyncDispose]() {
      for (const part of [bus, invocations, queues]) part[Symbol.dispose]();
      const rotationsEnded = secrets[Symbol.asyncDispose]();
      await Promise.all([containers[Symbol.asyncDispose](), functions[Symbol.asyncDispose]()]);
      await rotationsEnded;
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The secret access key is of no use to anybody: signatures are not checked. */
function callerEnv(endpoint: string, region: string, principal: string): Record<string, string> {
  if (!/^[\w-]{1,128}$/.test(principal)) throw new Error(`Not a principal: ${principal}`);
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: principal,
    AWS_SECRET_ACCESS_KEY: randomBytes(30).toString("base64url"),
  };
}
