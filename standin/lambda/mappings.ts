import { z } from "zod";
import type { Activity } from "../activity.ts";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import type { Clock } from "../clock.ts";
import type { Queue } from "../sqs/queue.ts";
import type { QueueTable } from "../sqs/queue-table.ts";
import type { LambdaHost } from "./functions.ts";
import { Mapping } from "./mapping.ts";
import { absent, invalidValue, operation, resourceNotFound } from "./operation.ts";
import type { LambdaTiming } from "./timing.ts";

const REPORTS_FAILURES = "ReportBatchItemFailures";

const shape = z.object({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.boolean().default(true),
  BatchSize: z.int().min(1).max(10).default(10),
  MaximumBatchingWindowInSeconds: z.literal(0).optional(),
  FunctionResponseTypes: z.array(z.literal(REPORTS_FAILURES)).max(1).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.int().min(2).max(1000).optional() }).optional(),
  FilterCriteria: absent,
});

interface MappingsHost {
  readonly queues: QueueTable;
  readonly functions: LambdaHost;
  readonly timing: LambdaTiming;
  readonly clock: Clock;
  readonly activity: Activity;
}

/**
 * Event source mappings from queues to functions. Pages:
 * https://docs.aws.amazon.com/lambda/latest/api/, and for what applies to Amazon SQS
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html.
 */
export class Mappings implements Disposable {
  readonly operations: Operations;
  readonly #byId = new Map<string, Mapping>();
  readonly #host: MappingsHost;

  constructor(host: MappingsHost) {
    this.#host = host;
    this.operations = {
      CreateEventSourceMapping: operation(shape, (input) => this.#create(input)),
      DeleteEventSourceMapping: operation(z.object({ UUID: z.string() }), ({ UUID }) =>
        this.#delete(UUID),
      ),
      ListEventSourceMappings: operation(
        z.object({
          EventSourceArn: z.string().optional(),
          FunctionName: z.string().optional(),
          Marker: absent,
          MaxItems: absent,
        }),
        ({ EventSourceArn, FunctionName }) => ({
          EventSourceMappings: this.#list(EventSourceArn, FunctionName).map((each) => shown(each)),
        }),
      ),
    };
  }

  [Symbol.dispose](): void {
    for (const mapping of this.#byId.values()) mapping[Symbol.dispose]();
  }

  #create(input: z.infer<typeof shape>): object {
    const { queues, functions, timing, clock, activity } = this.#host;
    const queue = queues.byArn(input.EventSourceArn);
    if (queue === undefined) throw noQueue();
    const deployed = functions.describe(input.FunctionName);
    if (deployed === undefined) throw resourceNotFound(`Function not found: ${input.FunctionName}`);
    checkVisibility(queue, deployed.timeoutMs);
    const [existing] = this.#list(queue.arn, deployed.arn);
    if (existing !== undefined) throw exists(existing);
    const settings = {
      functionArn: deployed.arn,
      enabled: input.Enabled,
      batchSize: input.BatchSize,
      reportsFailures: input.FunctionResponseTypes.includes(REPORTS_FAILURES),
      maximumConcurrency: input.ScalingConfig?.MaximumConcurrency,
      retryDelay: (leftMs: number) => Math.min(clock.hurried(leftMs), timing.batchRetryDelayMs),
    };
    const mapping = new Mapping(queue, settings, functions, activity);
    this.#byId.set(mapping.id, mapping);
    return shown(mapping, "Creating");
  }

  #delete(id: string): object {
    const mapping = this.#byId.get(id);
    if (mapping === undefined) {
      throw resourceNotFound("The resource you requested does not exist.");
    }
    mapping[Symbol.dispose]();
    this.#byId.delete(id);
    return shown(mapping, "Deleting");
  }

  #list(queueArn?: string, functionName?: string): Mapping[] {
    const functionArn =
      functionName === undefined
        ? undefined
        : (this.#host.functions.describe(functionName)?.arn ?? functionName);
    return [...this.#byId.values()].filter(
      ({ queue, settings }) =>
        (queueArn ?? queue.arn) === queue.arn &&
        (functionArn ?? settings.functionArn) === settings.functionArn,
    );
  }
}

/** AWS refuses a mapping whose messages would come back while the function still runs. */
function checkVisibility(queue: Queue, timeoutMs: number): void {
  const visibility = queue.integer("VisibilityTimeout");
  const timeout = timeoutMs / 1000;
  if (visibility >= timeout) return;
  throw invalidValue(
    `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${timeout} seconds`,
  );
}

function noQueue(): AwsError {
  return invalidValue(
    "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does not exist.",
  );
}

function exists({ queue, settings, id }: Mapping): AwsError {
  return new AwsError(
    "ResourceConflictException",
    `An event source mapping with SQS arn (" ${queue.arn} ") and function (" ${settings.functionArn} ") already exists. Please update or delete the existing mapping with UUID ${id}`,
    409,
  );
}

/** API_EventSourceMappingConfiguration */
function shown({ id, queue, settings, createdAt }: Mapping, state?: string): object {
  const { functionArn, enabled, batchSize, reportsFailures, maximumConcurrency } = settings;
  return {
    UUID: id,
    EventSourceArn: queue.arn,
    FunctionArn: functionArn,
    BatchSize: batchSize,
    MaximumBatchingWindowInSeconds: 0,
    FunctionResponseTypes: reportsFailures ? [REPORTS_FAILURES] : [],
    ...(maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: maximumConcurrency },
    }),
    LastModified: createdAt / 1000,
    State: state ?? (enabled ? "Enabled" : "Disabled"),
    StateTransitionReason: "USER_INITIATED",
  };
}
