import { type Account, type AccountHost, openAccount } from "./account.ts";
import { Activity } from "./activity.ts";
import type { Aws, AwsOptions } from "./api.ts";
import type { Call, Interceptor } from "./call.ts";
import { callerEnv } from "./caller-env.ts";
import { Clock } from "./clock.ts";
import { dispatch } from "./dispatch.ts";
import { type HttpServer, startHttpServer } from "./http-server.ts";
import type { StartEnvironment } from "./lambda/execution-environment.ts";
import { LambdaHost } from "./lambda/functions.ts";
import { InProcessEnvironment } from "./lambda/in-process.ts";

export type { AclUserTiming } from "./acl-users/later.ts";
export type { AclUserDefinition } from "./acl-users/users.ts";
export type { Aws, AwsOptions } from "./api.ts";
export { AwsError } from "./aws-error.ts";
export type { Call, Interceptor } from "./call.ts";
export type { DeploymentEvent } from "./ecs/deployment-event.ts";
export type { TaskOutput } from "./ecs/task.ts";
export type { ReplicationGroupDefinition } from "./elasticache/replication-groups.ts";
export type { EventInterceptor } from "./events/bus.ts";
export type { AwsEvent, ServiceEvent } from "./events/event.ts";
export type { KeyTiming } from "./iam/user-table.ts";
export type { FunctionDefinition, Functions, Invocation } from "./lambda/model.ts";
export type { LambdaTiming } from "./lambda/timing.ts";
export type { DatabaseDefinition, ProxyDefinition, RdsTiming } from "./rds/databases.ts";
export type {
  RotationOutcome,
  RotationStep,
  RotationTiming,
} from "./secrets-manager/rotation-outcome.ts";
export { messageFor, type Notification } from "./sns/notification.ts";

const inProcess =
  (modules: AwsOptions["modules"]): StartEnvironment =>
  (...environment) =>
    new InProcessEnvironment(...environment, modules);

/**
 * A stand-in for AWS services on 127.0.0.1 only, in memory, for development and tests.
 * `AWS_ENDPOINT_URL` is the only thing that a client needs to know.
 */
export async function startAws(options: AwsOptions = {}): Promise<Aws> {
  const region = options.region ?? "eu-central-1";
  const accountId = options.accountId ?? "123456789012";
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
    ...(options.inProcess && { startEnvironment: inProcess(options.modules) }),
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
    accessKeys: {
      activationMs: clock.hurried(5000),
      revocationMs: clock.hurried(4000),
      flickerMs: 0,
      ...options.accessKeys,
    },
    rds: {
      beginMs: clock.hurried(3000),
      changeMs: clock.hurried(15_000),
      endMs: clock.hurried(30_000),
      ...options.rds,
    },
    aclUsers: {
      changeMs: clock.hurried(15_000),
      endMs: clock.hurried(10_000),
      ...options.aclUsers,
    },
    calls,
    revisions: new Map(),
    endpoint,
  };
  let account = openAccount(host);
  const server: HttpServer = await startHttpServer(options.port ?? 0, (request) =>
    dispatch(request, account, calls, interceptors),
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
      tasks: () => account.ecs.tasks(),
    },
    rds: {
      addDatabase: (database) => account.databases.addDatabase(database),
      addProxy: (proxy) => account.databases.addProxy(proxy),
      setStatus: (id, status) => account.databases.setStatus(id, status),
    },
    iam: { setTiming: (timing) => void Object.assign(host.accessKeys, timing) },
    aclUsers: {
      addUser: (user) => account.aclUsers.addUser(user),
      setStatus: (id, status) => account.aclUsers.setStatus(id, status),
      setPasswordCount: (id, count) => account.aclUsers.setPasswordCount(id, count),
      caughtUp: () => account.aclUsers.caughtUp(),
    },
    replicationGroups: {
      addGroup: (group) => account.replicationGroups.addGroup(group),
      setStatus: (id, status) => account.replicationGroups.setStatus(id, status),
      setTokens: (id, tokens) => account.replicationGroups.setTokens(id, tokens),
      caughtUp: () => account.replicationGroups.caughtUp(),
    },
    secrets: () => account.secrets(),
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
