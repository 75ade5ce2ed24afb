import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { operation, secretId } from "./operation.ts";
import type { SecretTable } from "./secret-table.ts";

interface Statement {
  readonly Effect?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

const document = z.string().min(1).max(20_480);

/**
 * Resource policies (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html): kept
 * and shown, never enforced. Broad access is a statement that allows every principal without a condition; AWS
 * reasons further.
 */
export function policyOperations(secrets: SecretTable): Operations {
  const ofSecret = z.object({ SecretId: secretId });
  const put = ofSecret.extend({
    ResourcePolicy: document,
    BlockPublicPolicy: z.boolean().optional(),
  });
  return {
    GetResourcePolicy: operation(ofSecret, ({ SecretId }) => {
      const { arn, name, policy } = secrets.find(SecretId);
      return { ARN: arn, Name: name, ...(policy !== undefined && { ResourcePolicy: policy }) };
    }),
    PutResourcePolicy: operation(put, (input) => {
      const secret = secrets.findLive(input.SecretId);
      const isPublic = statements(input.ResourcePolicy).some(allowsEverybody);
      if (input.BlockPublicPolicy && isPublic) {
        const message = "The resource policy did not prevent broad access to the secret.";
        throw new AwsError("PublicPolicyException", message);
      }
      secret.policy = input.ResourcePolicy;
      return { ARN: secret.arn, Name: secret.name };
    }),
    DeleteResourcePolicy: operation(ofSecret, ({ SecretId }) => {
      const secret = secrets.findLive(SecretId);
      delete secret.policy;
      return { ARN: secret.arn, Name: secret.name };
    }),
    ValidateResourcePolicy: operation(
      z.object({ SecretId: secretId.optional(), ResourcePolicy: document }),
      (input) => {
        if (input.SecretId !== undefined) secrets.findLive(input.SecretId);
        const isPublic = statements(input.ResourcePolicy).some(allowsEverybody);
        const ErrorMessage = "The policy grants access to every principal.";
        return {
          PolicyValidationPassed: !isPublic,
          ValidationErrors: isPublic ? [{ CheckName: "PUBLIC_POLICY", ErrorMessage }] : [],
        };
      },
    ),
  };
}

/** Throws MalformedPolicyDocumentException. */
function statements(text: string): readonly Statement[] {
  try {
    const { Statement } = JSON.parse(text) as { Statement: Statement | Statement[] };
    return [Statement].flat();
  } catch {
    const message = "This resource policy contains invalid Json";
    throw new AwsError("MalformedPolicyDocumentException", message);
  }
}

function allowsEverybody({ Effect, Principal, Condition }: Statement): boolean {
  const isEverybody = Principal === "*" || (Principal as { AWS?: unknown } | null)?.AWS === "*";
  return Effect === "Allow" && isEverybody && Condition === undefined;
}
