/** Messages between the host and the runtime of an execution environment, over IPC. */
export interface InvokeMessage {
  requestId: string;
  functionArn: string;
  event: unknown;
  /** Epoch milliseconds. */
  deadline: number;
}

/** Lambda's answer for a failed invocation. */
export interface RuntimeError {
  errorType: string;
  errorMessage: string;
  trace: string[];
}

/** A TCP connection that the function opened. */
export interface OpenedSocket {
  localPort: number;
  remotePort: number;
}

/** How an invocation ended. */
export type Outcome = { kind: "done"; payload: string } | { kind: "failed"; error: RuntimeError };

export type RuntimeMessage = { kind: "ready" } | (Outcome & { sockets: OpenedSocket[] });

/** Printed on both streams after an invocation, so that the host knows that the output is complete. */
export function endOfLog(requestId: string): string {
  return `\u0000end ${requestId}\u0000`;
}
