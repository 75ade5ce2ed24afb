import type { VersionProber, Working } from "../emergency/ports.ts";
import type { RetireRequest } from "../retirement/request.ts";
import type { RetireResult } from "../retirement/result.ts";
import { RetirementFailed } from "../settlement/errors.ts";
import { InvokedFunction, type Invoker, unusable } from "./lambda.ts";

/** The prober that runs as a Lambda function, with permissions that the emergency function does not have. */
export const lambdaVersionProber = (functionName: string | undefined): VersionProber =>
  versionProberBy(new InvokedFunction(functionName));

export function versionProberBy(invoked: Invoker<RetireResult>): VersionProber {
  return {
    async probeVersion(asked, signal) {
      const request: RetireRequest = { action: "probeVersion", ...asked };
      const answered = await invoked.invoke(request, signal);
      if ("failure" in answered) throw new RetirementFailed(invoked.name, answered.failure);
      const working = workingIn(answered.answer);
      if (working !== undefined) return working;
      const failure = unusable("it does not say whether the version works");
      throw new RetirementFailed(invoked.name, failure);
    },
  };
}

function workingIn(answer: Partial<RetireResult>): Working | undefined {
  const { works, credential = "its credential", heldBy, elsewhere } = answer;
  if (elsewhere === true) return "elsewhere";
  if (heldBy === "AWSCURRENT") return "same";
  if (works === true) return "works";
  return works === false ? { refused: credential } : undefined;
}
