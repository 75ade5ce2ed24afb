import { type InvocationType, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { FailedAnswer } from "../context/failed-answer.ts";
import { onDemand } from "../on-demand.ts";
import type { InvokedFailure } from "../settlement/errors.ts";
import { callAws } from "./failures.ts";

/** What a function of ours answered, or how it failed. */
export type Invoked<Answer> =
  | { readonly answer: Partial<Answer> }
  | { readonly failure: InvokedFailure };

/** What settlement and `watch` ask other functions by. */
export type Invoker<Answer> = Pick<InvokedFunction<Answer>, "name" | "invoke">;

/** A function that another one invokes, mostly for permissions that it does not have itself. */
export class InvokedFunction<Answer> {
  readonly name: string;
  readonly #client = onDemand(() => new LambdaClient({}));

  constructor(name: string | undefined) {
    this.name = name ?? "";
  }

  /** @throws AwsCallFailed, DeadlineReached */
  async invoke(request: object, signal: AbortSignal): Promise<Invoked<Answer>> {
    const { Payload, FunctionError } = await this.#send("RequestResponse", request, signal);
    const payload = parsed(Payload?.transformToString() ?? "");
    if (FunctionError !== undefined) return { failure: thrown(payload) };
    if (typeof payload !== "object" || payload === null)
      return { failure: unusable("it is not a JSON object") };
    return answered(payload);
  }

  /** Does not wait for it. @throws AwsCallFailed, DeadlineReached */
  async start(event: object, signal: AbortSignal): Promise<void> {
    await this.#send("Event", event, signal);
  }

  #send(InvocationType: InvocationType, event: object, signal: AbortSignal) {
    const Payload = JSON.stringify(event);
    const command = new InvokeCommand({ FunctionName: this.name, InvocationType, Payload });
    return callAws("lambda:InvokeFunction", this.name, signal, (options) =>
      this.#client().send(command, options),
    );
  }
}

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

/** What a function of ours answered that was not killed. */
export const answered = <Answer>(payload: Partial<Answer> & object): Invoked<Answer> =>
  isFailed(payload) ? { failure: reported(payload) } : { answer: payload };

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
