/** One request to a service of the stand-in. `input` holds secret values: never print it. */
export interface Call {
  service:
    | "cloudtrail"
    | "ecs"
    | "elasticache"
    | "events"
    | "iam"
    | "lambda"
    | "memorydb"
    | "rds"
    | "secretsmanager"
    | "sns"
    | "sqs"
    | "ssm"
    | "sts";
  operation: string;
  /** Who calls: the access key id of the request. */
  principal: string;
  input: Record<string, unknown>;
  requestId: string;
}

/**
 * Observes or disturbs calls.
 * `before` runs before the effect. An AwsError that it throws is the reply, and there is no effect.
 * `after` runs after the effect, or after the service refused the call, and before the reply. "lose"
 * closes the connection without a reply.
 */
export interface Interceptor {
  before?(call: Call): void | Promise<void>;
  // biome-ignore lint/suspicious/noConfusingVoidType: an observer returns nothing
  after?(call: Call): void | "lose" | Promise<void | "lose">;
}

/**
 * Functions by operation name, of the input and the access key id that calls. Effects are synchronous, so each operation is atomic; a promise is for
 * waits of the caller (a long poll, an invocation). The output has the members of the API reference; a
 * Map stands for what the reference calls a map.
 */
export type Operations = Readonly<
  Record<string, (input: Record<string, unknown>, principal?: string) => object | Promise<object>>
>;

/** All services. Each protocol maps the names in its requests to these. */
export type Services = Readonly<Record<Call["service"], Operations>>;
