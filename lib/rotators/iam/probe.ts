import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { DeadlineReached } from "../../context/deadline.ts";
import type { KeyFacts, Outcome } from "../key/provider.ts";
import { around, onlyFromAws, required } from "./from-aws.ts";
import { isThrottled, whenThrottled } from "./throttled.ts";

/** An access key as a client needs it. */
interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Asks AWS STS who the key is, which needs no rights, in the Region of the environment. Only this key signs, once; each
 * time over a connection of its own, because servers learn of a key at different times.
 */
export async function callerIdentity(
  credentials: Credentials,
  signal: AbortSignal,
): Promise<KeyFacts> {
  const client = new STSClient({ credentials, maxAttempts: 1 });
  client.middlewareStack.add(onlyFromAws, around);
  try {
    const options = { abortSignal: signal };
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}), options);
    return { account: required(Account), rights: required(Arn) };
  } finally {
    client.destroy();
  }
}

/** What AWS STS says to the use of a key. @throws DeadlineReached */
export async function probe(credentials: Credentials, signal: AbortSignal): Promise<Outcome> {
  try {
    await callerIdentity(credentials, signal);
    return { is: "alive" };
  } catch (error) {
    if (signal.aborted) throw new DeadlineReached();
    return outcomeOf(error);
  }
}

interface StsError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
export function outcomeOf(thrown: unknown): Outcome {
  const error: StsError = thrown instanceof Error ? thrown : {};
  const { name = "an unknown failure", message = "" } = error;
  // Also of a key that is inactive, or not known there yet.
  if (/^InvalidClientTokenId/.test(name)) return { is: "dead" };
  // The same error says that the clock is wrong (aws/aws-cli#6676).
  if (/^SignatureDoesNotMatch/.test(name))
    return /^Signature (expired|not yet current)/.test(message)
      ? { is: "unknown", why: "the clock of this machine is wrong" }
      : { is: "dead" };
  if (/^AccessDenied/.test(name)) return { is: "restricted" };
  if (isThrottled(thrown)) return { is: "wait", ms: whenThrottled };
  const status = error.$metadata?.httpStatusCode;
  return {
    is: "unknown",
    why: `sts:GetCallerIdentity failed: ${name}${status ? ` (HTTP ${status})` : ""}`,
  };
}
