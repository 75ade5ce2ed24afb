import { randomBytes } from "node:crypto";
import { type Account, type AccountHost, openAccount } from "./account.ts";
import { Activity } from "./activity.ts";
import type { Call, Interceptor } from "./call.ts";
import { Clock } from "./clock.ts";
import { dispatch } from "./dispatch.ts";
import type { EcsTaps } from "./ecs/ecs.ts";
import type { EventInterceptor, Undelivered } from "./events/bus.ts";
import type { ServiceEvent } from "./events/event.ts";
import { type HttpServer, startHttpServer } from "./http-server.ts";
import type { StartEnvironment } from "./lambda/execution-environment.ts";
import { type Functions, LambdaHost } from "./lambda/functions.ts";
import { InProcessEnvironment } from "./lambda/in-process.ts";
import type { LambdaTiming } from "./lambda/timing.ts";
import type { RotationOutcome, RotationTiming } from "./secrets-manager/rotations.ts";
import type { Notification } from "./sns/notification.ts";

export { AwsError } from "./aws-error.ts";
export type { Call, Interceptor } from "./call.ts";
export type { DeploymentEvent } from "./ecs/deployment-event.ts";
export type { TaskOutput } from "./ecs/task.ts";
export type { EventInterceptor } from "./events/bus.ts";
export type { AwsEvent, ServiceEvent } from "./events/event.ts";
export type { FunctionDefinition, Functions, Invocation } from "./lambda/functions.ts";
export type { LambdaTiming } from "./lambda/timing.ts";
export type { RotationOutcome, RotationStep, RotationTiming } from "./secrets-manager/rotations.ts";
export { messageFor, type Notification } from "./sns/notification.ts";

export interface Aws extends AsyncDisposable {
  endpoint: string;
  region: string;
  accountId: string;
  /**
   * The environment for a process that calls the stand-in. The AWS SDK and the `aws` command line read it.
   * @param principal becomes the access key id, and is shown by `calls`
   */
  env(principal: string): Record<string, string>;
  /** All calls so far, in order. They hold secret values. */
  calls: readonly Call[];
  /** Until disposed of. */
  intercept(interceptor: Interceptor): Disposable;
  functions: Functions;
  ecs: EcsTaps;
  rotations: {
    /** The outcome of the latest run for this token. Rejects if no rotation has the token. */
    finished(secretId: string, token: string): Promise<RotationOutcome>;
  };
  events: {
    /** Sends an event as a service does; sources that begin with "aws." are allowed here. */
    emit(event: ServiceEvent): void;
    /** Until disposed of. */
    intercept(interceptor: EventInterceptor): Disposable;
    /** Runs the schedule of this rule once. Throws ResourceNotFoundException. */
    tick(ruleName: string): void;
    /** Events that could not be delivered to a target, in order. */
    undelivered: readonly Undelivered[];
  };
  /**
   * Resolves when nothing is in progress: no event, no message of a queue that a function reads, no
   * invocation and no rotation. Deployments of ECS do not count.
   */
  idle(): Promise<void>;
  /** Messages published to SNS topics, in order. */
  notifications: readonly Notification[];
  /**
   * The token for ConfirmSubscription, which a new subscriber gets in the confirmation message. Throws if
   * the endpoint never subscribed.
   */
  confirmationToken(topicArn: string, endpoint: string): string;
  /**
   * Empties the account for the next test: removes all resources, `calls` and `notifications`, ends tasks,
   * rotations and invocations, and drops the listeners of `ecs` and `events`. Registered functions stay,
   * with their idle processes, which need not start again. Interceptors stay until they are disposed of.
   */
  reset(): Promise<void>;
}

export interface AwsOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Default: eu-central-1. */
  readonly region?: string;
  /** How many times faster than on AWS waits pass (see Clock). Default: STANDIN_PACE, else 1. */
  readonly pace?: number;
  /** In milliseconds of the machine, whatever the pace. */
  readonly rotation?: Partial<RotationTiming>;
  /** In milliseconds of the machine, whatever the pace. */
  readonly lambda?: Partial<LambdaTiming>;
  /** Functions run in this process instead of one each (see InProcessEnvironment). Default: false. */
  readonly inProcess?: boolean;
}

const startInProcess: StartEnvironment = (...environment) =>
  new InProcessEnvironment(...environment);

/**
 * A stand-in for AWS services on 127.0.0.1 only, in memory, for development and tests.
 * `AWS_ENDPOINT_URL` is the only thing that a client needs to know.
 */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  const region = options.region ?? "eu-central-1";
  const accountId = "123456789012";
  const calls: Call[] = [];
  const interceptors = new Set<Interceptor>();
  const clock = new Clock(options.pace);
  const activity = new Activity();
  const endpoint = () => `http://127.0.0.1:${server.port}`;
  const env = (principal: string) => callerEnv(endpoint(), region, principal);
  const functions = new LambdaHost({
    region,
    accountId,
    clock,
    activity,
    env,
    ...(options.inProcess && { startEnvironment: startInProcess }),
  });
  const host: AccountHost = {
    region,
    accountId,
    clock,
    activity,
    functions,
    rotation: {
      attempts: 3,
      retryDelayMs: clock.hurried(1000),
      stepGapMs: 0,
      testVersion: "current",
      ...options.rotation,
    },
    lambda: options.lambda ?? {},
    calls,
    revisions: new Map(),
    endpoint,
  };
  let account = openAccount(host);
  const server: HttpServer = await startHttpServer(options.port ?? 0, (request) =>
    dispatch(request, account.services, calls, interceptors),
  );
  return {
    endpoint: endpoint(),
    region,
    accountId,
    env,
    calls,
    intercept(interceptor) {
      interceptors.add(interceptor);
      return { [Symbol.dispose]: () => void interceptors.delete(interceptor) };
    },
    functions,
    ecs: {
      onEvent: (listener) => account.ecs.onEvent(listener),
      onOutput: (listener) => account.ecs.onOutput(listener),
    },
    rotations: { finished: (secretId, token) => account.rotationFinished(secretId, token) },
    events: eventTaps(() => account),
    idle: () => activity.idle(),
    get notifications() {
      return account.notifications;
    },
    confirmationToken: (topicArn, address) => account.confirmationToken(topicArn, address),
    async reset() {
      await account[Symbol.asyncDispose]();
      calls.length = 0;
      account = openAccount(host);
    },
    async [Symbol.asyncDispose]() {
      await account[Symbol.asyncDispose]();
      await functions[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The taps of the event bus, whichever account is open. */
const eventTaps = (account: () => Account): Aws["events"] => ({
  emit: (event) => account().bus.emit(event),
  intercept: (interceptor) => account().bus.intercept(interceptor),
  tick: (ruleName) => account().bus.tick(ruleName),
  get undelivered() {
    return account().bus.undelivered;
  },
});

/** Signatures are not checked, so any secret access key will do. */
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
