import { z } from "zod";
import { invalidParameter } from "../aws-error.ts";

export const secretId = z.string().min(1).max(2048);
export const versionId = z.string().min(32).max(64);
export const versionStage = z.string().min(1).max(256);
export const clientRequestToken = z.string().min(32).max(64);
export const tags = z.array(
  z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) }),
);

/**
 * An operation whose input has the shape that the API reference gives, limits included.
 * InvalidParameterException names the field and the rule, never what the field holds.
 */
export function operation<S extends z.ZodObject>(
  shape: S,
  run: (input: z.infer<S>) => object,
): (input: Record<string, unknown>) => object {
  return (input) => {
    const parsed = shape.safeParse(input);
    if (parsed.success) return run(parsed.data);
    const [issue] = parsed.error.issues;
    throw invalidParameter(`The parameter ${issue?.path.join(".")} is invalid: ${issue?.message}`);
  };
}
