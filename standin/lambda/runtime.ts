/**
 * The process of one execution environment: imports the bundle named by its argument and serves one
 * invocation at a time. Errors are reported and printed as Lambda's Node.js runtime does: every
 * enumerable property of an unhandled error reaches the log
 * (https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html).
 */
import { flushCompileCache, syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import timers from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Clock, PACE_VARIABLE } from "../clock.ts";
import {
  endOfLog,
  type InvokeMessage,
  type OpenedSocket,
  type RuntimeError,
  type RuntimeMessage,
} from "./messages.ts";

type Handler = (event: unknown, context: object) => unknown;

process.on("disconnect", () => process.exit(0));
process.on("uncaughtException", (error) => {
  print("Uncaught Exception", error);
  report({ kind: "failed", error: runtimeError(error), sockets: [] }, () => process.exit(129));
});

/** Connections since the last invocation, so that a harness can count those of the function. */
const sockets: OpenedSocket[] = [];
const { connect } = Socket.prototype;
Socket.prototype.connect = function (this: Socket, ...given: unknown[]) {
  this.once("connect", () => {
    const { localPort = 0, remotePort = 0 } = this;
    sockets.push({ localPort, remotePort });
  });
  return Reflect.apply(connect, this, given);
};

hurryPauses(new Clock());

// These are for this process, not for the function in it.
for (const name of ["NODE_COMPILE_CACHE", PACE_VARIABLE]) delete process.env[name];

const handler = await load(process.argv[2] ?? "");
flushCompileCache();
process.on("message", (message: InvokeMessage) => void serve(handler, message));
report({ kind: "ready" });

/**
 * Pauses (`setTimeout` of `node:timers/promises`) pass at the stand-in's pace. Callback timers keep the
 * machine's time: libraries use them for limits.
 */
function hurryPauses(clock: Clock): void {
  const { setTimeout } = timers;
  timers.setTimeout = (ms, ...more) => setTimeout(ms && clock.hurried(ms), ...more);
  syncBuiltinESMExports();
}

async function load(bundle: string): Promise<Handler> {
  const module: { handler?: unknown } = await import(pathToFileURL(bundle).href);
  if (typeof module.handler === "function") return module.handler as Handler;
  const missing = new Error("The bundle exports no function named handler");
  missing.name = "Runtime.HandlerNotFound";
  throw missing;
}

async function serve(handler: Handler, message: InvokeMessage): Promise<void> {
  const reply = await invoke(handler, message);
  process.stdout.write(endOfLog(message.requestId));
  process.stderr.write(endOfLog(message.requestId));
  report(reply);
}

async function invoke(handler: Handler, message: InvokeMessage): Promise<RuntimeMessage> {
  try {
    const result = await handler(message.event, context(message));
    return { kind: "done", payload: JSON.stringify(result) ?? "null", sockets: sockets.splice(0) };
  } catch (error) {
    print("Invoke Error", error);
    return { kind: "failed", error: runtimeError(error), sockets: sockets.splice(0) };
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function context({ requestId, functionArn, deadline }: InvokeMessage): object {
  const { env } = process;
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

function runtimeError(error: unknown): RuntimeError {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = error.stack?.split("\n") ?? [];
  return { errorType: error.name, errorMessage: error.message, trace };
}

function print(what: string, error: unknown): void {
  const text = JSON.stringify(error, (_key, value: unknown) => {
    if (!(value instanceof Error)) return value;
    const { errorType, errorMessage, trace } = runtimeError(value);
    return { errorType, errorMessage, ...value, stack: trace };
  });
  process.stdout.write(`${new Date().toISOString()}\tERROR\t${what} \t${text}\n`);
}

function report(message: RuntimeMessage, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}
