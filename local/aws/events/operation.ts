import type { z } from "zod";
import { AwsError } from "../aws-error.ts";

/** The error that EventBridge answers a parameter with that breaks a rule. */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** An operation whose input has the shape that the API reference gives, limits included. */
export function operation<S extends z.ZodObject>(
  shape: S,
  run: (input: z.infer<S>) => object,
): (input: Record<string, unknown>) => object {
  return (input) => {
    const parsed = shape.safeParse(input);
    if (parsed.success) return run(parsed.data);
    const [issue] = parsed.error.issues;
    throw invalid(
      `1 validation error detected: Value at '${issue?.path.join(".")}' failed to satisfy constraint: ${issue?.message}`,
    );
  };
}
