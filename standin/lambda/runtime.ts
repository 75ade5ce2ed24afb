/**
 * The process of one execution environment: imports the bundle named by its argument and serves one
 * invocation at a time.
 */
import { flushCompileCache, syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import timers from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Clock, PACE_VARIABLE } from "../clock.ts";
import { errorLine, type Handler, handlerOf, runHandler, runtimeError } from "./handler.ts";
import { hurriedSetTimeout } from "./hurried-pauses.ts";
import {
  endOfLog,
  type InvokeMessage,
  type OpenedSocket,
  type RuntimeMessage,
} from "./messages.ts";

process.on("disconnect", () => process.exit(0));
process.on("uncaughtException", (error) => {
  process.stdout.write(errorLine("Uncaught Exception", error));
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

timers.setTimeout = hurriedSetTimeout(new Clock());
syncBuiltinESMExports();

// These are for this process, not for the function in it.
for (const name of ["NODE_COMPILE_CACHE", PACE_VARIABLE]) delete process.env[name];

const handler = await load(process.argv[2] ?? "");
flushCompileCache();
process.on("message", (message: InvokeMessage) => void serve(handler, message));
report({ kind: "ready" });

async function load(bundle: string): Promise<Handler> {
  return handlerOf(await import(pathToFileURL(bundle).href));
}

async function serve(handler: Handler, message: InvokeMessage): Promise<void> {
  const outcome = await runHandler(handler, message, process);
  process.stdout.write(endOfLog(message.requestId));
  process.stderr.write(endOfLog(message.requestId));
  report({ ...outcome, sockets: sockets.splice(0) });
}

function report(message: RuntimeMessage, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}
