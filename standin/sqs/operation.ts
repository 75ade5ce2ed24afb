import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { operationsOf } from "../checked-operation.ts";

/** The errors that Amazon SQS answers a request with that breaks a rule, in its words. */
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

/** An operation that refuses what is missing, and what is there, each in its own words. */
export const operation = operationsOf(({ path, rule, input }) => {
  const [parameter = ""] = path.split(".");
  if (input[parameter] === undefined) return missing(parameter);
  return invalidValue(parameter, JSON.stringify(input[parameter]), rule);
});

/** What a request may not have, rather than answer it wrongly. */
export const absent = z.undefined("the stand-in does not know this parameter").optional();
