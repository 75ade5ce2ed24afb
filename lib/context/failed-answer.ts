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
  /** The alert was published, or on-call was alerted of the same failure before. */
  readonly told: true;
}

export function failedAnswer({ code, happened, remedy, retryable }: RotationError): FailedAnswer {
  return { outcome: "failed", code, happened, remedy, retryable, told: true };
}
