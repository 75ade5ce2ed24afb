import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Aws } from "../../standin/aws.ts";

/** The real SDK client, as a caller of its own. One attempt: the tests look at single calls. */
export function sdkClient(aws: Aws, principal = "test", maxAttempts = 1): SecretsManagerClient {
  return new SecretsManagerClient(clientConfig(aws, principal, maxAttempts));
}

/** What any client of the SDK needs to call the stand-in as this principal. */
export function clientConfig(aws: Aws, principal = "test", maxAttempts = 1) {
  const env = aws.env(principal);
  return {
    endpoint: aws.endpoint,
    region: aws.region,
    maxAttempts,
    credentials: {
      accessKeyId: String(env["AWS_ACCESS_KEY_ID"]),
      secretAccessKey: String(env["AWS_SECRET_ACCESS_KEY"]),
    },
  };
}

/** A secret of its own for a test, with one version. */
export async function createSecret(client: SecretsManagerClient, value = "one") {
  const Name = `test/${randomUUID()}`;
  const created = await client.send(new CreateSecretCommand({ Name, SecretString: value }));
  return { name: Name, arn: String(created.ARN), version: String(created.VersionId) };
}

export async function labels(client: SecretsManagerClient, SecretId: string) {
  const described = await client.send(new DescribeSecretCommand({ SecretId }));
  return described.VersionIdsToStages;
}

export async function current(client: SecretsManagerClient, SecretId: string) {
  return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
}

/** Writes an ESM bundle to a temporary folder, which goes with the scope. */
export async function temporaryBundle(source: string): Promise<{ path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "quarterturn-bundle-"));
  const path = join(folder, "index.mjs");
  await writeFile(path, source);
  return {
    path,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * The smallest rotation function: the new value is the old one and "+". FAIL names a step that
 * throws; SLOW a step that takes half a second, begun
 * by a DescribeSecret.
 */
export const rotationFunction = `
const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, FAIL, SLOW } = process.env;
async function call(operation, input) {
  const response = await fetch(AWS_ENDPOINT_URL, {
    method: "POST",
    headers: {
      "x-amz-target": "secretsmanager." + operation,
      authorization: "AWS4-HMAC-SHA256 Credential=" + AWS_ACCESS_KEY_ID + "/x",
    },
    body: JSON.stringify(input),
  });
  const output = await response.json();
  if (!response.ok) throw new Error(output.__type);
  return output;
}
export async function handler({ Step, SecretId, ClientRequestToken, RotationToken }) {
  if (Step === SLOW) {
    await call("DescribeSecret", { SecretId });
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (Step === FAIL) throw new Error("told to fail");
  if (Step === "createSecret") {
    const { SecretString } = await call("GetSecretValue", { SecretId });
    await call("PutSecretValue", {
      SecretId, ClientRequestToken, RotationToken,
      SecretString: SecretString + "+", VersionStages: ["AWSPENDING"],
    });
  }
  if (Step === "finishSecret") {
    const { VersionIdsToStages } = await call("DescribeSecret", { SecretId });
    const [old] = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes("AWSCURRENT"));
    await call("UpdateSecretVersionStage", {
      SecretId, VersionStage: "AWSCURRENT", MoveToVersionId: ClientRequestToken, RemoveFromVersionId: old,
    });
  }
}`;
