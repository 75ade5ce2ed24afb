import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { operationsOf } from "../checked-operation.ts";

/** The errors of Amazon SQS for invalid requests. */
export function invalidValue(parameter: string, value: unknown, reason: string): AwsError {
  return new AwsError(
    "InvalidParameterValueException",
    `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`,
  );
}

export function missing(parameter: string): AwsError {
  return new AwsError(
    "MissingRequiredParameterException",
    `The request must contain the parameter ${parameter}.`,
  );
}

/** An operation that refuses missing and invalid parameters, with an error for each. */
export const operation = operationsOf(({ path, rule, input }) => {
  const [parameter = ""] = path.split(".");
  if (input[parameter] === undefined) return missing(parameter);
  return invalidValue(parameter, JSON.stringify(input[parameter]), rule);
});

/** A parameter that is not implemented: refused rather than ignored. */
export const absent = z.undefined("the stand-in does not know this parameter").optional();
