import type { Context as LambdaContext } from "aws-lambda";
import type { Context } from "../context/context.ts";

/** Lambda's context, which carries ours to the middleware and the handler. */
export interface Invocation extends LambdaContext {
  quarterturn: Context;
}
