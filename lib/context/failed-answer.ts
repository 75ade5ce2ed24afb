import type { RotationError } from "../errors.ts";

/**
 * What a function that settlement invokes answers when it failed: settlement alerts on-call, where it does not pass by
 * itself. A crash is thrown, which Lambda counts as an error of the function.
 */
export interface FailedAnswer
  extends Pick<
    RotationError,
    "code" | "subject" | "happened" | "remedy" | "retryable" | "lasting" | "impact" | "server"
  > {
  readonly outcome: "failed";
}

export function failedAnswer(error: RotationError): FailedAnswer {
  const { code, subject, happened, remedy, retryable, lasting, impact, server } = error;
  const answer = { code, subject, happened, remedy, retryable, lasting, impact };
  return { outcome: "failed", ...answer, ...(server !== undefined && { server }) };
}
