import { AwsError } from "../aws-error.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** The error that EventBridge answers a parameter with that breaks a rule. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** An operation that refuses by ValidationException. */
export const operation = operationsOf((violation) => invalid(constraint(violation)));
