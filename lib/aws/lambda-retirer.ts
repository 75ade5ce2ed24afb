import type { RetireRequest } from "../retirement/request.ts";
import type { RetireResult } from "../retirement/result.ts";
import { RetirementFailed } from "../settlement/errors.ts";
import type { Retirer } from "../settlement/retirer.ts";
import type { OldCredential } from "../settlement/state.ts";
import { type Invoked, InvokedFunction, type Invoker, unusable } from "./lambda.ts";

/** The retirer that runs as a Lambda function, with permissions that settlement does not have. */
export const lambdaRetirer = (functionName: string | undefined): Retirer =>
  new LambdaRetirer(new InvokedFunction(functionName));

export class LambdaRetirer implements Retirer {
  readonly #function: Invoker<RetireResult>;

  constructor(invoked: Invoker<RetireResult>) {
    this.#function = invoked;
  }

  retire(
    { secret, version, leaked, refusedSince, wasRefused }: Parameters<Retirer["retire"]>[0],
    signal: AbortSignal,
  ): Promise<OldCredential> {
    const action = leaked ? "retireLeaked" : "retireUnused";
    const since = refusedSince && { refusedSince: refusedSince.toISOString() };
    const known = { ...since, ...(wasRefused && { wasRefused }) };
    return this.#ask({ action, secret, version, ...known }, signal);
  }

  probe(request: Parameters<Retirer["probe"]>[0], signal: AbortSignal): Promise<OldCredential> {
    return this.#ask({ action: "probeLeft", ...request }, signal);
  }

  async #ask(request: RetireRequest, signal: AbortSignal): Promise<OldCredential> {
    const invoked = await this.#function.invoke(request, signal);
    if (failedWith(invoked, "STILL_ACCEPTED")) return "accepted";
    if ("failure" in invoked) throw new RetirementFailed(this.#function.name, invoked.failure);
    const {
      accepted,
      sessions,
      heldBy,
      elsewhere,
      waiting,
      refused = false,
      task,
    } = invoked.answer;
    if (typeof waiting === "string") return { waiting, refused, ...(task && { task }) };
    if (elsewhere === true) return "elsewhere";
    if (accepted === true && request.action === "probeLeft") return "alive";
    if (accepted === false) return "dead";
    if (heldBy === "AWSCURRENT" || heldBy === "AWSPENDING") return { heldBy };
    if (typeof sessions === "number" && sessions > 0) return { sessions };
    const failure = unusable("it does not say that the credential is refused");
    throw new RetirementFailed(this.#function.name, failure);
  }
}

const failedWith = (invoked: Invoked<RetireResult>, code: string) =>
  "failure" in invoked && invoked.failure.code === code;
