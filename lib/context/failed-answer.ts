import type { RotationError } from "../errors.ts";

/**
 * What a function that settlement invokes answers when it failed and has alerted on-call. A failure that it could
 * not report is thrown instead, as a crash is: Lambda counts both as errors of the function, which raises its
 * alarm, and settlement reports both.
 */
export interface FailedAnswer {
  readonly outcome: "failed";
  readonly code: string;
  readonly happened: string;
  readonly remedy: string;
  readonly retryable: boolean;
  /** The server that could not be used, as `host:port`. */
  readonly server?: string;
  /** The alert was published, or on-call was alerted of the same failure before. */
  readonly told: true;
}

export function failedAnswer(error: RotationError): FailedAnswer {
  const { code, happened, remedy, retryable, server } = error;
  return {
    outcome: "failed",
    code,
    happened,
    remedy,
    retryable,
    ...(server && { server }),
    told: true,
  };
}
