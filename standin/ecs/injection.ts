import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { ContainerDefinition, ContainerOverride } from "./container-definition.ts";

/** Operations of the stand-in's own services. They throw AwsError. */
export interface ValueSources {
  /** GetSecretValue. */
  secret(input: Record<string, unknown>): object;
  /** GetParameters. */
  parameters(input: Record<string, unknown>): object;
}

const secretValue = z.object({ SecretString: z.string().optional() });
const parameterValues = z.object({ Parameters: z.array(z.object({ Value: z.string() })) });

/** Why a task cannot start. The message becomes its stoppedReason and never holds a value. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
}

/**
 * The environment of a container, its secrets read at this moment: "sensitive data is injected into
 * your container when the container is initially started"
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html).
 * Secrets of the log driver and the image registry are read too. Throws StartFailure.
 */
export function environmentFor(
  definition: ContainerDefinition,
  override: ContainerOverride | undefined,
  sources: ValueSources,
): Record<string, string> {
  const { secrets = [], logConfiguration, repositoryCredentials } = definition;
  if (repositoryCredentials !== undefined) {
    // Other than `valueFrom`, this may be the name of a secret (API_RepositoryCredentials).
    read({ SecretId: repositoryCredentials.credentialsParameter }, sources);
  }
  for (const { valueFrom } of logConfiguration?.secretOptions ?? []) referenced(valueFrom, sources);
  const plain = [...definition.environment, ...(override?.environment ?? [])];
  return Object.fromEntries([
    ["PATH", process.env["PATH"] ?? ""],
    ...plain.map(({ name, value }) => [name, value]),
    ...secrets.map(({ name, valueFrom }) => [name, referenced(valueFrom, sources)]),
  ]);
}

/**
 * `arn:aws:secretsmanager:region:account:secret:name-AbCdEf[:json-key:version-stage:version-id]`
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html);
 * the last six characters may be missing. Anything else is an SSM parameter (API_Secret).
 */
function referenced(valueFrom: string, sources: ValueSources): string {
  const parts = valueFrom.split(":");
  if (parts[2] !== "secretsmanager") return parameter(valueFrom, sources);
  const SecretId = parts.slice(0, 7).join(":");
  const [key, VersionStage, VersionId] = parts.slice(7);
  const value = read(
    { SecretId, ...(VersionStage && { VersionStage }), ...(VersionId && { VersionId }) },
    sources,
  );
  return key ? memberOf(value, key, SecretId) : value;
}

function read(
  wanted: { SecretId: string; VersionStage?: string; VersionId?: string },
  sources: ValueSources,
): string {
  const { SecretId } = wanted;
  try {
    const { SecretString } = secretValue.parse(sources.secret(wanted));
    if (SecretString !== undefined) return SecretString;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw failure(
      `failed to fetch secret ${SecretId} from secrets manager: ${error.type}: ${error.message}`,
    );
  }
  throw failure(`secret ${SecretId} has no string value`);
}

/**
 * By name or ARN, decrypted
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html).
 */
function parameter(name: string, sources: ValueSources): string {
  try {
    const input = { Names: [name], WithDecryption: true };
    const [found] = parameterValues.parse(sources.parameters(input)).Parameters;
    if (found !== undefined) return found.Value;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw failure(`${error.type}: ${error.message}`, "ssm");
  }
  throw failure(`invalid parameters: ${name}`, "ssm");
}

function memberOf(value: string, key: string, secretId: string): string {
  const missing = failure(`retrieved secret from ${secretId} did not contain json key ${key}`);
  try {
    const document: unknown = JSON.parse(value);
    const member = Object.entries(document ?? {}).find(([name]) => name === key)?.[1];
    if (member !== undefined) return typeof member === "string" ? member : JSON.stringify(member);
  } catch {
    // The parser's message quotes the value.
  }
  throw missing;
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html */
function failure(what: string, service: "asm" | "ssm" = "asm"): StartFailure {
  return new StartFailure(
    `ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from ${service}: ${what}`,
  );
}
