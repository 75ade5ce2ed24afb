import type { ExecutionEnvironment } from "./execution-environment.ts";
import type { FunctionDefinition, Invocation } from "./model.ts";

/** A function that can be invoked, and its environments. */
export interface Deployed {
  definition: FunctionDefinition;
  arn: string;
  started: number;
  /** The one that was used last is last, and is taken first. */
  idle: ExecutionEnvironment[];
  busy: Set<ExecutionEnvironment>;
  /** From then on a spare environment is kept ready. */
  hasLostOne: boolean;
}

export function notFound(nameOrArn: string): Invocation {
  const errorMessage = `Function not found: ${nameOrArn}`;
  const error = { errorType: "ResourceNotFoundException", errorMessage };
  return { error, log: "", sockets: [], ms: 0, principal: "" };
}

export function timeoutOf({ definition }: Deployed): number {
  return definition.timeoutMs ?? 30_000;
}
