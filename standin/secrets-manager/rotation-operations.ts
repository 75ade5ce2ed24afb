import { z } from "zod";
import { AwsError, invalidParameter, invalidRequest } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { clientRequestToken, operation, secretId } from "./operation.ts";
import { rotationRules } from "./rotation-rules.ts";
import type { Rotations } from "./rotations.ts";
import { CURRENT, holderOf, incompleteVersion, PENDING, type Secret } from "./secret.ts";
import type { SecretTable } from "./secret-table.ts";
import { scheduleNext } from "./version-write.ts";

// The texts of refusals of RotateSecret were recorded on AWS: LocalStack's snapshots test_rotate_secret_invalid_lambda_arn,
// test_first_rotate_secret_with_missing_lambda_arn and test_no_client_request_token[RotateSecret].
const NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret.";
const NOT_INVOCABLE =
  "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.";
const NO_TOKEN = "You must provide a ClientRequestToken value. We recommend a UUID-type value.";
/** https://github.com/hashicorp/terraform-provider-aws/issues/33329 */
const TWO_SCHEDULES =
  "You cannot specify both rotation frequency and schedule expression together.";
/** The words of API_CancelRotateSecret's errors. */
const NEVER_CONFIGURED =
  "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured and you didn't include such an ARN as a parameter in this call.";

export function rotationOperations(
  secrets: SecretTable,
  rotations: Rotations,
  mayInvoke: (functionArn: string) => boolean,
): Operations {
  return {
    RotateSecret: rotateSecret(secrets, rotations, mayInvoke),
    CancelRotateSecret: cancelRotateSecret(secrets),
  };
}

/**
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html: stores the
 * configuration, registers the token as the pending version and answers; the steps follow.
 */
function rotateSecret(
  secrets: SecretTable,
  rotations: Rotations,
  mayInvoke: (functionArn: string) => boolean,
) {
  const shape = z.object({
    SecretId: secretId,
    ClientRequestToken: clientRequestToken.optional(),
    RotationLambdaARN: z.string().max(2048).optional(),
    RotationRules: rotationRules.optional(),
    RotateImmediately: z.boolean().optional(),
  });
  return operation(shape, (input) => {
    const secret = secrets.findLive(input.SecretId);
    const token = input.ClientRequestToken;
    if (token === undefined) throw invalidParameter(NO_TOKEN);
    const { AutomaticallyAfterDays: days, ScheduleExpression: expression } =
      input.RotationRules ?? {};
    if (days !== undefined && expression !== undefined) throw invalidParameter(TWO_SCHEDULES);
    const functionArn = input.RotationLambdaARN ?? secret.rotation?.functionArn;
    if (functionArn === undefined) throw invalidRequest(NO_FUNCTION);
    if (!mayInvoke(functionArn)) throw new AwsError("AccessDeniedException", NOT_INVOCABLE);
    refuseWhileIncomplete(secret, rotations);
    const rules = input.RotationRules ?? secret.rotation?.rules;
    const kept = input.RotationRules === undefined ? secret.rotation : undefined;
    secret.rotation = { ...kept, enabled: true, functionArn, ...(rules && { rules }) };
    secret.changedAt = Date.now();
    scheduleNext(secret, secret.rotatedAt ?? secret.changedAt);
    const version = secret.versions.get(token);
    const isRepeated = version?.labels.has(CURRENT) === true;
    if (input.RotateImmediately !== false && !isRepeated) rotations.start(secret, token);
    if (input.RotateImmediately === false && version === undefined) rotations.test(secret, token);
    return { ARN: secret.arn, Name: secret.name, VersionId: token };
  });
}

/** An incomplete rotation that is not running, of a secret that still rotates, is tried again. */
function refuseWhileIncomplete(secret: Secret, rotations: Rotations): void {
  const pending = incompleteVersion(secret);
  const running = secret.openRotation?.running === true;
  if (pending === undefined && !running) return;
  if (pending !== undefined && !running && secret.rotation?.enabled) {
    rotations.start(secret, pending.id);
  }
  throw invalidRequest("A previous rotation isn't complete. That rotation will be reattempted.");
}

/**
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html: turns
 * the schedule off, starts no further step, leaves the labels as they are.
 */
function cancelRotateSecret(secrets: SecretTable) {
  return operation(z.object({ SecretId: secretId }), (input) => {
    const secret = secrets.findLive(input.SecretId);
    if (secret.rotation === undefined) throw invalidRequest(NEVER_CONFIGURED);
    secret.rotation.enabled = false;
    delete secret.openRotation;
    secret.changedAt = Date.now();
    const pending = holderOf(secret, PENDING);
    return { ARN: secret.arn, Name: secret.name, ...(pending && { VersionId: pending.id }) };
  });
}
