import type { InvokeMessage, OpenedSocket, RuntimeError } from "./messages.ts";

/** What serves the invocations of a function, one at a time. */
export interface ExecutionEnvironment {
  readonly principal: string;
  /** Resolves when the environment is gone and all its output is read. */
  readonly exited: Promise<unknown>;
  readonly isAlive: boolean;
  kill(): void;
  /** Never rejects: an environment that dies is a failed invocation, as in Lambda. */
  invoke(message: Omit<InvokeMessage, "deadline">, timeoutMs: number): Promise<Finished>;
}

export type StartEnvironment = (
  principal: string,
  bundle: string,
  env: Record<string, string>,
) => ExecutionEnvironment;

export interface Finished {
  payload?: unknown;
  error?: Pick<RuntimeError, "errorType" | "errorMessage">;
  log: string;
  /** The TCP connections that it opened; empty where the environment died. */
  sockets: readonly OpenedSocket[];
}

type Failure = Pick<RuntimeError, "errorType" | "errorMessage">;

export function timedOut(requestId: string, timeoutMs: number): Failure {
  const limit = (timeoutMs / 1000).toFixed(2);
  const errorMessage = `RequestId: ${requestId} Error: Task timed out after ${limit} seconds`;
  return { errorType: "Sandbox.Timedout", errorMessage };
}

/** @param how such as `exit status 1` or `signal: killed` */
export function runtimeExited(requestId: string, how: string): Failure {
  const errorMessage = `RequestId: ${requestId} Error: Runtime exited with error: ${how}`;
  return { errorType: "Runtime.ExitError", errorMessage };
}
