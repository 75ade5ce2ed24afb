import type { RetireRequest } from "../retirement/request.ts";
import { RetirementFailed } from "../settlement/errors.ts";
import type { Retirer } from "../settlement/retirer.ts";
import { type Invoked, InvokedFunction, unusable } from "./lambda.ts";

/** The retirer that runs as a Lambda function, with permissions that settlement does not have. */
export function lambdaRetirer(functionName: string | undefined): Retirer {
  return new LambdaRetirer(functionName);
}

interface Answer {
  readonly sessions: number | null;
  readonly accepted: boolean;
}

class LambdaRetirer implements Retirer {
  readonly #function: InvokedFunction<Answer>;

  constructor(functionName: string | undefined) {
    this.#function = new InvokedFunction(functionName);
  }

  async ask(secret: string, version: string, signal: AbortSignal): Promise<"held" | number | null> {
    const invoked = await this.#invoke({ action: "quiet", secret, version }, signal);
    if (failedWith(invoked, "HELD_BY_LIVE_VERSION")) return "held";
    const { sessions } = this.#succeeded(invoked);
    if (sessions === undefined) throw this.#failed(unusable("it has no sessions"));
    return sessions;
  }

  async retire(
    { secret, version, endSessions }: { secret: string; version: string; endSessions: boolean },
    signal: AbortSignal,
  ): Promise<"dead" | "accepted"> {
    const invoked = await this.#invoke({ action: "retire", secret, version }, signal);
    if (failedWith(invoked, "STILL_ACCEPTED")) return "accepted";
    if (this.#succeeded(invoked).accepted !== false)
      throw this.#failed(unusable("it does not say that the credential is refused"));
    if (endSessions)
      this.#succeeded(await this.#invoke({ action: "endSessions", secret, version }, signal));
    return "dead";
  }

  #invoke(request: RetireRequest, signal: AbortSignal): Promise<Invoked<Answer>> {
    return this.#function.invoke(request, signal);
  }

  #succeeded(invoked: Invoked<Answer>): Partial<Answer> {
    if ("failure" in invoked) throw this.#failed(invoked.failure);
    return invoked.answer;
  }

  #failed({ why, told }: { readonly why: string; readonly told: boolean }): RetirementFailed {
    return new RetirementFailed(this.#function.name, why, told);
  }
}

const failedWith = (invoked: Invoked<Answer>, code: string) =>
  "failure" in invoked && invoked.failure.code === code;
