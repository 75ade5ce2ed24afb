import type { AclUserTiming } from "./acl-users/later.ts";
import type { AclUserTaps } from "./acl-users/users.ts";
import type { Call, Interceptor } from "./call.ts";
import type { EcsTaps } from "./ecs/ecs.ts";
import type { ReplicationGroupTaps } from "./elasticache/replication-groups.ts";
import type { EventInterceptor, Undelivered } from "./events/bus.ts";
import type { ServiceEvent } from "./events/event.ts";
import type { KeyTiming } from "./iam/user-table.ts";
import type { Functions } from "./lambda/model.ts";
import type { LambdaTiming } from "./lambda/timing.ts";
import type { RdsTaps, RdsTiming } from "./rds/databases.ts";
import type { RotationOutcome, RotationTiming } from "./secrets-manager/rotation-outcome.ts";
import type { Secret } from "./secrets-manager/secret.ts";
import type { Notification } from "./sns/notification.ts";

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
  rds: RdsTaps;
  iam: {
    /** How soon changes of access keys count from now on. What it leaves out stays. */
    setTiming(timing: Partial<KeyTiming>): void;
  };
  /** Of ElastiCache and MemoryDB. */
  aclUsers: AclUserTaps;
  /** Of ElastiCache, with AUTH tokens. */
  replicationGroups: ReplicationGroupTaps;
  /** All secrets as they are, with their values: to judge by, never to change. */
  secrets(): readonly Secret[];
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
  /** Twelve digits. Default: 123456789012. */
  readonly accountId?: string;
  /** How many times faster than on AWS waits pass (see Clock). Default: STANDIN_PACE, else 1. */
  readonly pace?: number;
  /** In milliseconds of the machine, whatever the pace. */
  readonly rotation?: Partial<RotationTiming>;
  /** In milliseconds of the machine, whatever the pace. */
  readonly lambda?: Partial<LambdaTiming>;
  /** Of IAM users. In milliseconds of the machine, whatever the pace. */
  readonly accessKeys?: Partial<KeyTiming>;
  /** Of changes of master passwords. In milliseconds of the machine, whatever the pace. */
  readonly rds?: Partial<RdsTiming>;
  /** Of changes of users of ElastiCache and MemoryDB, and of AUTH tokens. In milliseconds of the machine, whatever the pace. */
  readonly aclUsers?: Partial<AclUserTiming>;
  /** Functions run in this process instead of one each (see InProcessEnvironment). Default: false. */
  readonly inProcess?: boolean;
  /** What functions in this process get in the place of Node's modules, by name without `node:`. */
  readonly modules?: ReadonlyMap<string, object>;
}
