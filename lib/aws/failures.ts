import { AwsCallFailed } from "../aws-call-failed.ts";
import { DeadlineReached } from "../context/deadline.ts";
import { RotationError } from "../errors.ts";

/** What the SDK's errors have in common; messages may echo the input, so they are not read. */
interface SdkError {
  readonly name: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/**
 * Whether AWS answered with this error. Bundles hold no classes of errors (see build/runtime-plugin.ts); where there are
 * some, those of services that speak Query have a longer name than the service says: NoSuchEntityException.
 */
export const isNamed = (thrown: unknown, name: string): boolean =>
  thrown instanceof Error && [name, `${name}Exception`].includes(thrown.name);

/** For `catch`: what an error of this name answers. Others are thrown on. */
export const meaning =
  <Answer>(name: string, answer: Answer) =>
  (thrown: unknown): Answer => {
    if (isNamed(thrown, name)) return answer;
    throw thrown;
  };

const throttled = /Throttl|TooManyRequests/;

/** By the error's name (Secrets Manager API reference, "Common errors" and each action's own). */
const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /AccessDenied/,
    "Allow this action on this secret in the function's role, and kms:Decrypt and kms:GenerateDataKey on its key.",
  ],
  [
    /Decryption|Encryption|KMS/i,
    "Allow the function's role to use the secret's KMS key, and check that the key is enabled.",
  ],
  [
    /ResourceNotFound/,
    "Check that the secret exists in this account and Region and is not scheduled for deletion.",
  ],
  [throttled, "Quarterturn retries this; if it persists, spread the schedules."],
  [
    /LimitExceeded/,
    "A quota is used up (a secret can have 20 staging labels, an IAM user 50 tags); remove what nobody needs, or request an increase.",
  ],
  [
    /Credentials/,
    "No AWS credentials were found: check the function's execution role, or your own profile.",
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|Timeout/,
    "In a VPC the function needs an interface endpoint for this service, or a NAT gateway.",
  ],
];

/**
 * @param call e.g. `secretsmanager:PutSecretValue`
 * @param on what it was called on, e.g. a secret's name
 */
export function awsFailure(
  thrown: unknown,
  call: string,
  on: string,
  signal: AbortSignal,
): RotationError {
  if (thrown instanceof RotationError) return thrown;
  if (signal.aborted) return new DeadlineReached();
  const error: SdkError = thrown instanceof Error ? thrown : { name: "unknown failure" };
  const status = error.$metadata?.httpStatusCode;
  const names = [error.name, error.code].filter((name) => name && name !== "Error").join(" ");
  const isDenied = /AccessDenied/.test(names) && !call.startsWith("secretsmanager:");
  const key = call.startsWith("ssm:")
    ? ", and kms:Decrypt, kms:Encrypt and kms:GenerateDataKey on the parameter's key"
    : "";
  const remedy = isDenied
    ? `Allow ${call} in the function's role${key}.`
    : remedies.find(([pattern]) => pattern.test(names))?.[1];
  const request = error.$metadata?.requestId ? `, request ${error.$metadata.requestId}` : "";
  return new AwsCallFailed(call, on, {
    failure: `${names}${status ? ` (HTTP ${status}${request})` : ""}`,
    retryable: status === undefined || status >= 500 || throttled.test(names),
    remedy: remedy ?? "Look the error up in the service's API reference.",
    isAbsent: /^(Resource)?NotFound/.test(error.name),
    obstacle: obstacleOf(names, status),
  });
}

/** Of what AWS answers about credentials: IAM user guide and each service's "Common errors". */
const badCredentials =
  /Credentials|ExpiredToken|InvalidClientTokenId|UnrecognizedClient|MissingAuthenticationToken|IncompleteSignature|SignatureDoesNotMatch|InvalidSignature/;

function obstacleOf(names: string, status: number | undefined): AwsCallFailed["obstacle"] {
  if (badCredentials.test(names)) return "credentials";
  return status === undefined ? "connection" : undefined;
}

/** Sends a request with the SDK's client. */
export type Send<T> = (options: { readonly abortSignal: AbortSignal }) => Promise<T>;

/**
 * Sends a request, bounded by the signal.
 * @param explained what an error of the service means, or the error itself
 * @throws AwsCallFailed, DeadlineReached, and any RotationError of `send`'s or `explained`'s own
 */
export async function callAws<T>(
  call: string,
  on: string,
  signal: AbortSignal,
  send: Send<T>,
  explained: (error: unknown, on: string) => unknown = (error) => error,
): Promise<T> {
  try {
    return await send({ abortSignal: signal });
  } catch (error) {
    throw awsFailure(explained(error, on), call, on, signal);
  }
}
