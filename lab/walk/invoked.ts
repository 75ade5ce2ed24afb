import { answered, type Invoker } from "../../lib/aws/lambda.ts";
import type { Ran } from "./gate.ts";

/** A function that another one invokes, without Lambda in between. */
export const invokedBy = <Answer>(
  name: string,
  invoke: (request: object) => Promise<Ran<unknown>>,
): Invoker<Answer> => ({
  name,
  async invoke(request) {
    const ran = await invoke(request);
    return ran.kind === "done"
      ? answered({ ...Object(ran.result) })
      : { failure: { why: "Runtime.ExitError" } };
  },
});
