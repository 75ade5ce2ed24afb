/** One request to a service of the stand-in. `input` holds secret values: never print it. */
export interface Call {
  service: "cloudtrail" | "ecs" | "events" | "lambda" | "secretsmanager" | "sns" | "sqs" | "ssm";
  operation: string;
  /** Who calls: the access key id of the request. */
  principal: string;
  input: Record<string, unknown>;
  requestId: string;
}

/**
 * Observes or disturbs calls.
 * `before` runs ahead of the effect; an AwsError that it throws is the answer, without an effect.
 * `after` runs behind the effect (also where the service refused the call) and ahead of the
 * reply; "lose" cuts the connection without a reply.
 */
export interface Interceptor {
  before?(call: Call): void | Promise<void>;
  // biome-ignore lint/suspicious/noConfusingVoidType: an observer returns nothing
  after?(call: Call): void | "lose" | Promise<void | "lose">;
}

/**
 * Operation name -> function. Its effect is synchronous, so each one is atomic; a promise is for
 * what the caller waits for besides (a long poll, an invocation). The output has the members that
 * the API reference names; a Map stands for what the reference calls a map.
 */
export type Operations = Readonly<
  Record<string, (input: Record<string, unknown>) => object | Promise<object>>
>;

/** Every service. Each protocol knows by which name its requests call one. */
export type Services = Readonly<Record<Call["service"], Operations>>;
