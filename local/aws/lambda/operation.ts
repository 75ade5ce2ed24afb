import { z } from "zod";
import { AwsError } from "../aws-error.ts";

/** Errors in the words of https://docs.aws.amazon.com/lambda/latest/api/. */
export function invalidValue(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}

export function resourceNotFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message, 404);
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
    throw invalidValue(
      `1 validation error detected: Value at '${issue?.path.join(".")}' failed to satisfy constraint: ${issue?.message}`,
    );
  };
}

/** What a request may not have, rather than answer it wrongly. */
export const absent = z.undefined("the stand-in does not know this parameter").optional();
