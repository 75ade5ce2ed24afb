import type { Activity } from "../activity.ts";
import type { Operations } from "../call.ts";
import type { Clock } from "../clock.ts";
import type { QueueTable } from "../sqs/queue-table.ts";
import { AsynchronousInvocations } from "./asynchronous.ts";
import { Deployments } from "./deployments.ts";
import type { LambdaHost } from "./functions.ts";
import { invoke } from "./invoke.ts";
import { Mappings } from "./mappings.ts";
import { awsTiming, type LambdaTiming } from "./timing.ts";

export interface Lambda extends Disposable {
  operations: Operations;
  /** Whether this service may invoke the function. */
  allows(nameOrArn: string, principal: string): boolean;
  /** An asynchronous invocation. Throws ResourceNotFoundException. */
  start(nameOrArn: string, payload: unknown): void;
}

/** AWS Lambda's API for the functions of this host (test: lambda.contract). */
export function lambda(
  functions: LambdaHost,
  queues: QueueTable,
  timing: Partial<LambdaTiming>,
  clock: Clock,
  activity: Activity,
): Lambda {
  const all = { ...awsTiming(clock), ...timing };
  const asynchronous = new AsynchronousInvocations(functions, all, activity);
  const deployments = new Deployments(functions);
  const mappings = new Mappings({ queues, functions, timing: all, clock, activity });
  return {
    operations: {
      ...deployments.operations,
      ...mappings.operations,
      Invoke: invoke(functions, asynchronous),
    },
    allows: (nameOrArn, principal) => deployments.allows(nameOrArn, principal),
    start: (nameOrArn, payload) => asynchronous.start(nameOrArn, payload),
    [Symbol.dispose]() {
      mappings[Symbol.dispose]();
      asynchronous[Symbol.dispose]();
      deployments[Symbol.dispose]();
    },
  };
}
