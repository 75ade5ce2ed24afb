import type { z } from "zod";
import type { AwsError } from "./aws-error.ts";

/** A rule of the API reference that a request breaks. */
interface Violation {
  /** The path of the member. */
  readonly path: string;
  readonly rule: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** The message of most AWS services. It names the member and the rule, never the value. */
export const constraint = ({ path, rule }: Violation) =>
  `1 validation error detected: Value at '${path}' failed to satisfy constraint: ${rule}`;

/** Makes operations that check their input against a shape, and refuse with the error of their service. */
export function operationsOf(refusal: (violation: Violation) => AwsError) {
  return <S extends z.ZodObject, O extends object | Promise<object>>(
    shape: S,
    run: (input: z.infer<S>, principal: string) => O,
  ) =>
    (input: Record<string, unknown>, principal = ""): O => {
      const parsed = shape.safeParse(input);
      if (parsed.success) return run(parsed.data, principal);
      const [issue] = parsed.error.issues;
      throw refusal({ path: String(issue?.path.join(".")), rule: String(issue?.message), input });
    };
}
