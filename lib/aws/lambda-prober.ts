import type { CurrentAnswer, ProbeResult } from "../retirement/probe-current.ts";
import type { ProbeRequest } from "../retirement/request.ts";
import { RetirementFailed } from "../settlement/errors.ts";
import type { Probed, Prober } from "../watch/prober.ts";
import { InvokedFunction, type Invoker, reported, unusable } from "./lambda.ts";

/** The prober that runs as a Lambda function, with permissions that `watch` does not have. */
export const lambdaProber = (functionName: string | undefined): Prober =>
  proberBy(new InvokedFunction(functionName));

export function proberBy(invoked: Invoker<ProbeResult>): Prober {
  return {
    async probe(secrets, signal) {
      const request: ProbeRequest = { action: "probeCurrent", secrets };
      const answered = await invoked.invoke(request, signal);
      if ("failure" in answered) throw new RetirementFailed(invoked.name, answered.failure);
      const { results } = answered.answer;
      if (!Array.isArray(results))
        throw new RetirementFailed(invoked.name, unusable("it has no results"));
      return results.map((each: CurrentAnswer) => probedIn(each, invoked.name));
    },
  };
}

function probedIn(answer: CurrentAnswer, functionName: string): Probed {
  const { secret, current } = answer;
  if ("failure" in answer) {
    const error = new RetirementFailed(functionName, reported(answer.failure));
    return { secret, current, error };
  }
  return current === "refused" ? { ...answer } : { secret, current };
}
