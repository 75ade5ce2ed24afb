import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { InvalidEvent, RetirementFailed } from "../errors.ts";
import type { RetireRequest } from "../retirement/request.ts";
import type { Retirer } from "../settlement/retirer.ts";
import { awsFailure } from "./failures.ts";

/** The retirer that runs as a Lambda function, in the VPC, with the rights that settlement has not. */
export function lambdaRetirer(functionName: string | undefined): Retirer {
  return new LambdaRetirer(new LambdaClient({}), functionName ?? "");
}

interface Answer {
  readonly sessions?: number | null;
  readonly errorType?: string;
  readonly errorMessage?: string;
}

class LambdaRetirer implements Retirer {
  readonly #client: LambdaClient;
  readonly #name: string;

  constructor(client: LambdaClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async ask(secret: string, version: string, signal: AbortSignal): Promise<"held" | number | null> {
    const answer = await this.#invoke({ action: "quiet", secret, version }, signal);
    if (answer.errorType === "HELD_BY_LIVE_VERSION") return "held";
    return this.#succeeded(answer).sessions ?? null;
  }

  async retire(
    { secret, version, endSessions }: { secret: string; version: string; endSessions: boolean },
    signal: AbortSignal,
  ): Promise<"dead" | "accepted"> {
    const answer = await this.#invoke({ action: "retire", secret, version }, signal);
    if (answer.errorType === "STILL_ACCEPTED") return "accepted";
    this.#succeeded(answer);
    if (endSessions)
      this.#succeeded(await this.#invoke({ action: "endSessions", secret, version }, signal));
    return "dead";
  }

  #succeeded(answer: Answer): Answer {
    const { errorType, errorMessage = "" } = answer;
    if (errorType) throw new RetirementFailed(this.#name, errorType, errorMessage);
    return answer;
  }

  async #invoke(request: RetireRequest, signal: AbortSignal): Promise<Answer> {
    try {
      const command = new InvokeCommand({
        FunctionName: this.#name,
        Payload: JSON.stringify(request),
      });
      const { Payload } = await this.#client.send(command, { abortSignal: signal });
      return parsed(Payload?.transformToString() ?? "");
    } catch (error) {
      throw awsFailure(error, "lambda:InvokeFunction", this.#name, signal);
    }
  }
}

function parsed(text: string): Answer {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidEvent("the answer of the function is not JSON");
  }
}
