import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { FailedAnswer } from "../context/failed-answer.ts";
import { awsFailure } from "./failures.ts";
import { onDemand } from "./on-demand.ts";

/** What a function of ours answered, or how it failed. */
export type Invoked<Answer> =
  | { readonly answer: Partial<Answer> }
  | { readonly failure: InvokedFailure };

export interface InvokedFailure {
  /** Of docs/errors.md; of a crash Lambda's own, e.g. `Runtime.ExitError`. */
  readonly code: string;
  /** Full sentences. */
  readonly why: string;
  /** The function has alerted on-call itself. */
  readonly told: boolean;
  readonly server?: string | undefined;
}

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

/** An answer that is not what the function promises. @param problem e.g. `it is not a JSON object` */
export function unusable(problem: string): InvokedFailure {
  return { code: "unusable answer", why: `Its answer cannot be used: ${problem}.`, told: false };
}

/** A crash, or a failure that the function could not report (Lambda developer guide, "Node.js errors"). */
function thrown(payload: unknown): InvokedFailure {
  const { errorType, errorMessage }: Partial<Record<string, unknown>> = { ...Object(payload) };
  const code = String(errorType ?? "an unknown error");
  return { code, why: `${code}: ${errorMessage ?? "without a message"}`, told: false };
}

function reported({ code, happened, told, server }: Partial<FailedAnswer>): InvokedFailure {
  return { code: String(code), why: `${code}: ${happened}`, told: told === true, server };
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
