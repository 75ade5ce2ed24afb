import type { Finished } from "./execution-environment.ts";

export interface FunctionError {
  errorType: string;
  errorMessage: string;
}

export interface Invocation extends Finished {
  ms: number;
  /** The process that ran it. */
  principal: string;
}

export interface FunctionDefinition {
  name: string;
  /** Path of an ESM file that exports `handler`. */
  bundle: string;
  /** Default 30 s. */
  timeoutMs?: number;
  environment?: Record<string, string>;
  /** Whether the first invocation must start a process. Default: one is started when it is registered. */
  startsCold?: boolean;
}

export interface Functions {
  /** Registers a built bundle and returns the ARN. */
  register(definition: FunctionDefinition): string;
  has(nameOrArn: string): boolean;
  /**
   * Invokes the function synchronously, in an idle process if there is one. Throws nothing: a function that
   * fails, or that was deleted, is an Invocation with an error.
   * @param requestId of an invocation that is being repeated; default: a new one
   */
  invoke(nameOrArn: string, payload: unknown, requestId?: string): Promise<Invocation>;
  /** Sends SIGKILL to the process that calls as this principal. */
  kill(principal: string): void;
  /** Principals of the processes that run an invocation of this function. */
  running(nameOrArn: string): readonly string[];
}
