import { z } from "zod";
import { AwsError } from "../aws-error.ts";

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

/** An operation whose input has the shape that the API reference gives, limits included. */
export function operation<S extends z.ZodObject, O extends object | Promise<object>>(
  shape: S,
  run: (input: z.infer<S>) => O,
): (input: Record<string, unknown>) => O {
  return (input) => {
    const parsed = shape.safeParse(input);
    if (parsed.success) return run(parsed.data);
    const [issue] = parsed.error.issues;
    const parameter = String(issue?.path[0]);
    if (input[parameter] === undefined) throw missing(parameter);
    throw invalidValue(parameter, JSON.stringify(input[parameter]), String(issue?.message));
  };
}

/** What a request may not have, rather than answer it wrongly. */
export const absent = z.undefined("the stand-in does not know this parameter").optional();
