import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** Errors as in https://docs.aws.amazon.com/lambda/latest/api/. */
export function invalidValue(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function resourceNotFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, 404);
}

/** An operation that refuses invalid input with InvalidParameterValueException. */
export const operation = operationsOf((violation) => invalidValue(constraint(violation)));

/** A parameter that is not implemented: refused rather than ignored. */
export const absent = z.undefined("the stand-in does not know this parameter").optional();
