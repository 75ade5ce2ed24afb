import type { InvokeMessage, Outcome, RuntimeError } from "./messages.ts";

export type Handler = (event: unknown, context: object) => unknown;

/** @throws Error named Runtime.HandlerNotFound */
export function handlerOf(bundle: { handler?: unknown }): Handler {
  if (typeof bundle.handler === "function") return bundle.handler as Handler;
  const missing = new Error("The bundle exports no function named handler");
  missing.name = "Runtime.HandlerNotFound";
  throw missing;
}

/**
 * One invocation. Errors are printed as Lambda's Node.js runtime does: every enumerable property of an
 * unhandled error reaches the log (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html).
 */
export async function runHandler(
  handler: Handler,
  message: InvokeMessage,
  { env, stdout }: Pick<NodeJS.Process, "env" | "stdout">,
): Promise<Outcome> {
  try {
    const result = await handler(message.event, context(message, env));
    return { kind: "done", payload: JSON.stringify(result) ?? "null" };
  } catch (error) {
    stdout.write(errorLine("Invoke Error", error));
    return { kind: "failed", error: runtimeError(error) };
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function context(message: InvokeMessage, env: NodeJS.ProcessEnv): object {
  const { requestId, functionArn, deadline } = message;
  return {
    awsRequestId: requestId,
    functionName: env["AWS_LAMBDA_FUNCTION_NAME"],
    functionVersion: env["AWS_LAMBDA_FUNCTION_VERSION"],
    invokedFunctionArn: functionArn,
    memoryLimitInMB: env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"],
    logGroupName: env["AWS_LAMBDA_LOG_GROUP_NAME"],
    logStreamName: env["AWS_LAMBDA_LOG_STREAM_NAME"],
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

export function runtimeError(error: unknown): RuntimeError {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = error.stack?.split("\n") ?? [];
  return { errorType: error.name, errorMessage: error.message, trace };
}

/** @param what such as `Uncaught Exception` */
export function errorLine(what: string, error: unknown): string {
  const text = JSON.stringify(error, (_key, value: unknown) => {
    if (!(value instanceof Error)) return value;
    const { errorType, errorMessage, trace } = runtimeError(value);
    return { errorType, errorMessage, ...value, stack: trace };
  });
  return `${new Date().toISOString()}\tERROR\t${what} \t${text}\n`;
}
