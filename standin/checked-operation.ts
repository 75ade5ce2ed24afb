import type { z } from "zod";
import type { AwsError } from "./aws-error.ts";

/** What of a request breaks the shape that the API reference gives. */
interface Violation {
  /** Of the member. */
  readonly path: string;
  readonly rule: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** In the words of most of AWS. Names the member and the rule, never what the member holds. */
export const constraint = ({ path, rule }: Violation) =>
  `1 validation error detected: Value at '${path}' failed to satisfy constraint: ${rule}`;

/** Makes operations of a service that refuses in its own words what has not the shape of its API reference. */
export function operationsOf(refusal: (violation: Violation) => AwsError) {
  return <S extends z.ZodObject, O extends object | Promise<object>>(
    shape: S,
    run: (input: z.infer<S>) => O,
  ) =>
    (input: Record<string, unknown>): O => {
      const parsed = shape.safeParse(input);
      if (parsed.success) return run(parsed.data);
      const [issue] = parsed.error.issues;
      throw refusal({ path: String(issue?.path.join(".")), rule: String(issue?.message), input });
    };
}
