import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { AsynchronousInvocations } from "./asynchronous.ts";
import type { Functions, Invocation } from "./model.ts";
import { absent, operation, resourceNotFound } from "./operation.ts";

/**
 * https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, without versions, aliases, logs
 * and dry runs. A function that fails is an answer with FunctionError, not an error.
 */
export function invoke(functions: Functions, asynchronous: AsynchronousInvocations) {
  const shape = z.object({
    FunctionName: z.string(),
    InvocationType: z.enum(["Event", "RequestResponse"]).default("RequestResponse"),
    Qualifier: absent,
    Payload: z.string(),
  });
  return operation(shape, async ({ FunctionName, InvocationType, Payload }) => {
    if (!functions.has(FunctionName)) {
      throw resourceNotFound(`Function not found: ${FunctionName}`);
    }
    const payload = parsedPayload(Payload);
    if (InvocationType === "RequestResponse") {
      return answer(await functions.invoke(FunctionName, payload));
    }
    asynchronous.start(FunctionName, payload);
    return { StatusCode: 202 };
  });
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html, without the trace. */
function answer({ error, payload }: Invocation): object {
  return {
    StatusCode: 200,
    ExecutedVersion: "$LATEST",
    ...(error && { FunctionError: "Unhandled" }),
    Payload: JSON.stringify(error ?? payload),
  };
}

function parsedPayload(text: string): unknown {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    throw new AwsError(
      "InvalidRequestContentException",
      "Could not parse request body into json: it is not valid JSON.",
    );
  }
}
