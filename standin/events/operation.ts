import { AwsError } from "../aws-error.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** The error of EventBridge for an invalid parameter. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** An operation that refuses invalid input with ValidationException. */
export const operation = operationsOf((violation) => invalid(constraint(violation)));
