import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { FailedAnswer } from "../context/failed-answer.ts";
import type { InvokedFailure } from "../settlement/errors.ts";
import { awsFailure, callAws } from "./failures.ts";
import { onDemand } from "./on-demand.ts";

/** What a function of ours answered, or how it failed. */
export type Invoked<Answer> =
  | { readonly answer: Partial<Answer> }
  | { readonly failure: InvokedFailure };

/** A function that settlement invokes, with permissions that settlement does not have. */
export class InvokedFunction<Answer> {
  readonly name: string;
  readonly #client = onDemand(() => new LambdaClient({}));

  constructor(name: string | undefined) {
    this.name = name ?? "";
  }

  /** @throws AwsCallFailed, DeadlineReached */
  async invoke(request: object, signal: AbortSignal): Promise<Invoked<Answer>> {
    try {
      const command = new InvokeCommand({
        FunctionName: this.name,
        Payload: JSON.stringify(request),
      });
      const { Payload, FunctionError } = await this.#client().send(command, {
        abortSignal: signal,
      });
      const payload = parsed(Payload?.transformToString() ?? "");
      if (FunctionError !== undefined) return { failure: thrown(payload) };
      if (typeof payload !== "object" || payload === null)
        return { failure: unusable("it is not a JSON object") };
      return isFailed(payload) ? { failure: reported(payload) } : { answer: payload };
    } catch (error) {
      throw awsFailure(error, "lambda:InvokeFunction", this.name, signal);
    }
  }
}

/** Invokes a function without waiting for it. @throws AwsCallFailed, DeadlineReached */
export const invokeLater =
  (FunctionName = "") =>
  async (event: object, signal: AbortSignal): Promise<void> => {
    const input = {
      FunctionName,
      InvocationType: "Event",
      Payload: JSON.stringify(event),
    } as const;
    await callAws("lambda:InvokeFunction", FunctionName, signal, (options) =>
      new LambdaClient({}).send(new InvokeCommand(input), options),
    );
  };

/** An answer that is not what the function promises. @param problem e.g. `it is not a JSON object` */
export function unusable(problem: string): InvokedFailure {
  return { why: `Its answer cannot be used: ${problem}.` };
}

/** A crash, or what was thrown (Lambda developer guide, "Node.js errors"). */
function thrown(payload: unknown): InvokedFailure {
  const { errorType, errorMessage }: Partial<Record<string, unknown>> = { ...Object(payload) };
  const code = String(errorType ?? "an unknown error");
  return { why: `${code}: ${errorMessage ?? "without a message"}` };
}

/** Of a function of ours, perhaps of another release. */
export function reported({ happened = "", ...failure }: Partial<FailedAnswer>): InvokedFailure {
  const { code, subject, remedy, retryable, lasting, impact, server } = failure;
  const known = { code, subject, remedy, retryable, lasting, impact, server };
  const given = Object.entries(known).filter(([, value]) => value !== undefined);
  return { why: happened, ...Object.fromEntries(given) };
}

const isFailed = (payload: object): payload is Partial<FailedAnswer> =>
  "outcome" in payload && payload.outcome === "failed";

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
