import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { invalid } from "./operation.ts";

/** GetSecretValue of the stand-in's own Secrets Manager. Throws AwsError. */
export type ReadSecret = (input: Record<string, unknown>) => object;

/** A name that refers to a secret, and whether to decrypt it. */
export type PassOn = (name: string, decrypted: boolean) => object;

const prefix = "/aws/reference/secretsmanager/";
const passedOn = /^(?:arn:[^:]+:ssm:[^:]*:[^:]*:parameter)?\/aws\/reference\/secretsmanager\//;

export const isPassedOn = (name: string) => passedOn.test(name);

/**
 * "Parameter Store functions as a pass-through service for references to Secrets Manager secrets"
 * (https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html).
 */
export function passOnTo(
  { region, accountId }: { region: string; accountId: string },
  readSecret: ReadSecret,
): PassOn {
  return (name, decrypted) => {
    if (!decrypted)
      throw invalid("WithDecryption flag must be True for retrieving a Secret Manager secret.");
    const secret = name.replace(passedOn, "");
    const { ARN, SecretString, CreatedDate } = answer.parse(read(secret, readSecret));
    return {
      Name: prefix + secret,
      Type: "SecureString",
      Value: SecretString,
      Version: 0,
      SourceResult: JSON.stringify({ ARN, SecretString }),
      LastModifiedDate: CreatedDate,
      ARN: `arn:aws:ssm:${region}:${accountId}:parameter${prefix}${secret}`,
    };
  };
}

const answer = z.looseObject({
  ARN: z.string(),
  SecretString: z.string(),
  CreatedDate: z.number(),
});

/** A version id or a label may follow the name. */
function read(secret: string, readSecret: ReadSecret): object {
  const [SecretId, version] = secret.split(":");
  const selected = version === undefined ? {} : selection(version);
  try {
    return readSecret({ SecretId, ...selected });
  } catch (error) {
    if (!(error instanceof AwsError && error.type === "ResourceNotFoundException")) throw error;
    throw new AwsError(
      "ParameterNotFound",
      `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret ${prefix}${SecretId} not found.`,
    );
  }
}

const selection = (version: string) =>
  /^[0-9a-f-]{36}$/.test(version) ? { VersionId: version } : { VersionStage: version };
