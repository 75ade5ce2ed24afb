import type { AclUserTiming } from "./acl-users/later.ts";
import { AclUsers } from "./acl-users/users.ts";
import type { Activity } from "./activity.ts";
import type { Call, Services } from "./call.ts";
import { cloudTrail } from "./cloudtrail/cloudtrail.ts";
import { type EcsHost, type EcsTaps, ecs } from "./ecs/ecs.ts";
import { elastiCache } from "./elasticache/elasticache.ts";
import { ReplicationGroups } from "./elasticache/replication-groups.ts";
import type { EventBus } from "./events/bus.ts";
import { deliverTo } from "./events/deliver.ts";
import type { ServiceEvent } from "./events/event.ts";
import { eventBridge } from "./events/events.ts";
import type { HttpRequest } from "./http-server.ts";
import { authenticate } from "./iam/authenticate.ts";
import { iam } from "./iam/iam.ts";
import { type KeyTiming, UserTable } from "./iam/user-table.ts";
import type { LambdaHost } from "./lambda/functions.ts";
import { lambda } from "./lambda/lambda.ts";
import type { LambdaTiming } from "./lambda/timing.ts";
import { memoryDb } from "./memorydb/memorydb.ts";
import type { Refusal } from "./protocol.ts";
import { Databases, type RdsTiming } from "./rds/databases.ts";
import { rds } from "./rds/rds.ts";
import type { RotationTiming } from "./secrets-manager/rotation-outcome.ts";
import { type SecretsManager, secretsManager } from "./secrets-manager/secrets-manager.ts";
import type { Signed } from "./signature.ts";
import { type Sns, sns } from "./sns/sns.ts";
import { sqs } from "./sqs/sqs.ts";
import { ssm } from "./ssm/ssm.ts";
import { sts } from "./sts/sts.ts";

/** What the services of an account share, and what outlives a reset. */
export interface AccountHost extends EcsHost {
  readonly activity: Activity;
  readonly functions: LambdaHost;
  readonly rotation: RotationTiming;
  readonly lambda: Partial<LambdaTiming>;
  readonly accessKeys: KeyTiming;
  readonly rds: RdsTiming;
  readonly aclUsers: AclUserTiming;
  /** All calls so far. */
  readonly calls: readonly Call[];
  endpoint(): string;
}

/** The services of an account and all its resources. Disposing of it ends what is in progress. */
export interface Account extends AsyncDisposable {
  readonly services: Services;
  authenticate(signed: Signed, request: HttpRequest): Refusal | undefined;
  readonly ecs: EcsTaps;
  readonly bus: EventBus;
  readonly databases: Databases;
  readonly aclUsers: AclUsers;
  readonly replicationGroups: ReplicationGroups;
  readonly rotationFinished: SecretsManager["finished"];
  readonly secrets: SecretsManager["all"];
  readonly notifications: Sns["notifications"];
  readonly confirmationToken: Sns["confirmationToken"];
}

/** Opens an account that is empty but for the host's functions. */
export function openAccount(host: AccountHost): Account {
  const { clock, activity, functions } = host;
  const users = new UserTable();
  const databases = new Databases(host, host.rds);
  const aclUsers = new AclUsers(host, host.aclUsers);
  const replicationGroups = new ReplicationGroups(host, host.aclUsers);
  const queues = sqs(host, host.endpoint, clock);
  const invocations = lambda(functions, queues.queues, host.lambda, clock, activity);
  const topics = sns(host, invocations.start);
  const targets = { queues: queues.queues, topics: topics.operations, functions: invocations };
  const events = eventBridge(host, deliverTo(targets), activity);
  const emit = (event: ServiceEvent) => events.bus.emit(event);
  const mayInvoke = (functionArn: string) =>
    invocations.allows(functionArn, "secretsmanager.amazonaws.com");
  const rotating = { ...host, timing: host.rotation };
  const secrets = secretsManager(host, rotating, mayInvoke, emit);
  const readSecret = (input: Record<string, unknown>) =>
    secrets.operations["GetSecretValue"]?.(input) ?? {};
  const parameters = ssm(host, readSecret, emit);
  const readParameters = (input: Record<string, unknown>) =>
    parameters["GetParameters"]?.(input) ?? {};
  const containers = ecs(host, { secret: readSecret, parameters: readParameters });
  containers.taps.onEvent(emit);
  return {
    services: {
      cloudtrail: cloudTrail(host),
      ecs: containers.operations,
      elasticache: elastiCache(aclUsers, replicationGroups),
      events: events.operations,
      iam: iam(host, users),
      lambda: invocations.operations,
      memorydb: memoryDb(aclUsers),
      rds: rds(databases),
      secretsmanager: secrets.operations,
      sns: topics.operations,
      sqs: queues.operations,
      ssm: parameters,
      sts: sts(host, users),
    },
    authenticate: (signed, request) => authenticate(users, host.accessKeys, signed, request),
    ecs: containers.taps,
    bus: events.bus,
    databases,
    aclUsers,
    replicationGroups,
    rotationFinished: secrets.finished,
    secrets: secrets.all,
    notifications: topics.notifications,
    confirmationToken: topics.confirmationToken,
    async [Symbol.asyncDispose]() {
      const passwords = [databases, aclUsers, replicationGroups];
      for (const part of [events.bus, invocations, queues, ...passwords]) part[Symbol.dispose]();
      const rotationsEnded = secrets[Symbol.asyncDispose]();
      await Promise.all([containers[Symbol.asyncDispose](), functions.endInvocations()]);
      await rotationsEnded;
    },
  };
}
