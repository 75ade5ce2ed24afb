import { callAws, isNamed, type Send } from "../../aws/failures.ts";
import { AwsCallFailed } from "../../aws-call-failed.ts";
import { AdminKeyRefused, ProviderBusy, ProviderUnavailable } from "../key/errors.ts";
import { IamUserMissing } from "./errors.ts";
import { isFromElsewhere, NotFromAws } from "./from-aws.ts";
import { isThrottled } from "./throttled.ts";

/** Calls IAM. @param what the caller wants to do, e.g. `create keys` */
export type UserCall = <T>(
  action: string,
  what: string,
  signal: AbortSignal,
  send: Send<T>,
) => Promise<T>;

/** Errors in the words of the port of providers. @param provider e.g. `IAM user uploads` */
export const userCall =
  (provider: string): UserCall =>
  async (action, what, signal, send) => {
    const call = `iam:${action}`;
    try {
      return await callAws(call, provider, signal, (options) =>
        send(options).catch((thrown: unknown) => {
          throw refusal(thrown, provider, call, what);
        }),
      );
    } catch (error) {
      if (!(error instanceof AwsCallFailed)) throw error;
      if (error.retryable)
        throw new ProviderUnavailable(provider, `${call} failed: ${error.failure}`, error.remedy);
      if (error.obstacle !== "credentials") throw error;
      throw new AdminKeyRefused(provider, `the caller of ${call}`, what, unknownCaller);
    }
  };

function refusal(thrown: unknown, provider: string, call: string, what: string): unknown {
  if (isNamed(thrown, "NoSuchEntity")) return new IamUserMissing(provider);
  if (isNamed(thrown, "ConcurrentModification"))
    return new ProviderUnavailable(
      provider,
      `${call} conflicted with another change of the user`,
      "Nothing to do: it is retried automatically.",
    );
  if (isThrottled(thrown)) return new ProviderBusy(provider);
  if (thrown instanceof NotFromAws)
    return new ProviderUnavailable(provider, `${call} got an answer of another form`, checkTheWay);
  if (thrown instanceof Error && isFromElsewhere(thrown))
    return new ProviderUnavailable(provider, `${call} failed: ${thrown.name}`, checkTheWay);
  if (!isNamed(thrown, "AccessDenied")) return thrown;
  const remedy = `Allow ${call} on this user in the role of the function that calls it (deploying does that), and look for a service control policy or permissions boundary that denies it.`;
  return new AdminKeyRefused(provider, `the caller of ${call}`, what, remedy);
}

const unknownCaller =
  "AWS does not know the credentials that signed the call: check that the role of the function still exists; in a shell, that `aws sts get-caller-identity` shows the right account.";

const checkTheWay =
  "Check that the function reaches IAM, which has no endpoint in a VPC, and that no proxy answers in its place.";
