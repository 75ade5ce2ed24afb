/** One line a step. */
export interface LogLine {
  /** The secret's name; its ARN where the step failed before the name was known. */
  readonly secret: string;
  readonly step: string;
  /** The version that is being made. */
  readonly token: string;
  readonly currentId?: string | undefined;
  readonly outcome: "done" | "alreadyCurrent" | "failed";
  /** Milliseconds. */
  readonly ms: number;
  /** The error's code and text; neither holds a value. */
  readonly code?: string;
  readonly message?: string;
}

/** How the secrets of the manifest are, as metrics. */
export interface Figures {
  /** How many are in each state; a secret is in one. */
  readonly states: Readonly<Record<string, number>>;
  /** Since the last rotation of the secret that waits longest; absent: none has rotated. */
  readonly daysSinceRotation?: number | undefined;
  /** Age in seconds of the promotion of the secret that is unsettled longest; 0: all are settled. */
  readonly unsettledSeconds: number;
}

/** The log of a function. Never a secret value. */
export interface Log {
  /** Tags all further lines with this request id. */
  begin(requestId: string): void;
  step(line: LogLine): void;
  warn(secret: string, message: string): void;
  /** An alert could not be published or remembered. */
  alertFailed(secret: string, code: string, message: string): void;
  /** On-call knows of the failure of an invocation that leaves the function as an error. @param at when it began */
  failureTold(at: Date): void;
  figures(figures: Figures): void;
}
