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

/** The log of a function. Never a secret value. */
export interface Log {
  /** Tags all further lines with this request id. */
  begin(requestId: string): void;
  step(line: LogLine): void;
  warn(secret: string, message: string): void;
  /** An alert could not be published or remembered. */
  alertFailed(secret: string, code: string, message: string): void;
}
