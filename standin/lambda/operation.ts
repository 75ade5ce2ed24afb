import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** Errors in the words of https://docs.aws.amazon.com/lambda/latest/api/. */
export function invalidValue(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function resourceNotFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, 404);
}

/** An operation that refuses by InvalidParameterValueException. */
export const operation = operationsOf((violation) => invalidValue(constraint(violation)));

/** What a request may not have, rather than answer it wrongly. */
export const absent = z.undefined("the stand-in does not know this parameter").optional();
