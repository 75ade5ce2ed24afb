import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { ContainerDefinition, ContainerOverride } from "./container-definition.ts";

/** GetSecretValue of the stand-in's own Secrets Manager. Throws AwsError. */
export type ReadSecret = (input: Record<string, unknown>) => object;

const secretValue = z.object({ SecretString: z.string().optional() });

/** Why a task cannot start: its stoppedReason. Never carries a value. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
}

/**
 * The environment of a container, its secrets read at this moment: "sensitive data is injected into
 * your container when the container is initially started"
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html).
 * What the log driver and the image registry need is read as well. Throws StartFailure.
 */
export function environmentFor(
  definition: ContainerDefinition,
  override: ContainerOverride | undefined,
  readSecret: ReadSecret,
): Record<string, string> {
  const { secrets = [], logConfiguration, repositoryCredentials } = definition;
  if (repositoryCredentials !== undefined) {
    // Other than `valueFrom`, this may be the name of a secret (API_RepositoryCredentials).
    read({ SecretId: repositoryCredentials.credentialsParameter }, readSecret);
  }
  for (const { valueFrom } of logConfiguration?.secretOptions ?? [])
    referenced(valueFrom, readSecret);
  const plain = [...definition.environment, ...(override?.environment ?? [])];
  return Object.fromEntries([
    ["PATH", process.env["PATH"] ?? ""],
    ...plain.map(({ name, value }) => [name, value]),
    ...secrets.map(({ name, valueFrom }) => [name, referenced(valueFrom, readSecret)]),
  ]);
}

/**
 * `arn:aws:secretsmanager:region:account:secret:name-AbCdEf[:json-key:version-stage:version-id]`
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html);
 * the last six characters may be missing. Anything else is an SSM parameter (API_Secret).
 */
function referenced(valueFrom: string, readSecret: ReadSecret): string {
  const parts = valueFrom.split(":");
  if (parts[2] !== "secretsmanager") {
    throw failure(`${valueFrom} is an SSM parameter, and the stand-in has none`);
  }
  const SecretId = parts.slice(0, 7).join(":");
  const [key, VersionStage, VersionId] = parts.slice(7);
  const value = read(
    { SecretId, ...(VersionStage && { VersionStage }), ...(VersionId && { VersionId }) },
    readSecret,
  );
  return key ? memberOf(value, key, SecretId) : value;
}

function read(
  wanted: { SecretId: string; VersionStage?: string; VersionId?: string },
  readSecret: ReadSecret,
): string {
  const { SecretId } = wanted;
  try {
    const { SecretString } = secretValue.parse(readSecret(wanted));
    if (SecretString !== undefined) return SecretString;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw failure(
      `failed to fetch secret ${SecretId} from secrets manager: ${error.type}: ${error.message}`,
    );
  }
  throw failure(`secret ${SecretId} has no string value`);
}

function memberOf(value: string, key: string, secretId: string): string {
  const missing = failure(`retrieved secret from ${secretId} did not contain json key ${key}`);
  try {
    const document: unknown = JSON.parse(value);
    const member = Object.entries(document ?? {}).find(([name]) => name === key)?.[1];
    if (member !== undefined) return typeof member === "string" ? member : JSON.stringify(member);
  } catch {
    // The parser's text quotes the value.
  }
  throw missing;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html */
function failure(what: string): StartFailure {
  return new StartFailure(
    `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: ${what}`,
  );
}
