import type { RetireRequest } from "../retirement/request.ts";
import { RetirementFailed } from "../settlement/errors.ts";
import type { Retirer } from "../settlement/retirer.ts";
import { type Invoked, InvokedFunction } from "./lambda.ts";

/** The retirer that runs as a Lambda function, in the VPC. */
export function lambdaRetirer(functionName: string | undefined): Retirer {
  return new LambdaRetirer(functionName);
}

interface Answer {
  readonly sessions: number | null;
}

class LambdaRetirer implements Retirer {
  readonly #function: InvokedFunction<Answer>;

  constructor(functionName: string | undefined) {
    this.#function = new InvokedFunction(functionName);
  }

  async ask(secret: string, version: string, signal: AbortSignal): Promise<"held" | number | null> {
    const invoked = await this.#invoke({ action: "quiet", secret, version }, signal);
    if (invoked.thrown?.code === "HELD_BY_LIVE_VERSION") return "held";
    return this.#succeeded(invoked).sessions ?? null;
  }

  async retire(
    { secret, version, endSessions }: { secret: string; version: string; endSessions: boolean },
    signal: AbortSignal,
  ): Promise<"dead" | "accepted"> {
    const invoked = await this.#invoke({ action: "retire", secret, version }, signal);
    if (invoked.thrown?.code === "STILL_ACCEPTED") return "accepted";
    this.#succeeded(invoked);
    if (endSessions)
      this.#succeeded(await this.#invoke({ action: "endSessions", secret, version }, signal));
    return "dead";
  }

  #invoke(request: RetireRequest, signal: AbortSignal): Promise<Invoked<Answer>> {
    return this.#function.invoke(request, signal);
  }

  #succeeded({ answer, thrown }: Invoked<Answer>): Partial<Answer> {
    if (thrown) throw new RetirementFailed(this.#function.name, thrown.code, thrown.message);
    return answer;
  }
}
