import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecretCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import { type Aws, startAws } from "../../standin/aws.ts";
import { deploy } from "../deploy.ts";
import { cluster } from "../idle-service.ts";
import { leash } from "../postgres/leash.ts";
import type { PostgresServer } from "../postgres/server.ts";
import { clientOf } from "../world.ts";

/** The stand-in with the built functions, and secrets of one login each on one server. */
export interface ManySecrets extends AsyncDisposable {
  readonly aws: Aws;
  readonly settleArn: string;
  /** By name. */
  readonly arns: ReadonlyMap<string, string>;
  /** One rotation to its end. @throws when it fails */
  rotate(name: string): Promise<void>;
}

export async function startManySecrets(
  postgres: PostgresServer,
  count: number,
): Promise<ManySecrets> {
  await using parts = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "quarterturn-"));
  const held = leash(folder);
  parts.defer(() => held.release());
  const names = Array.from({ length: count }, (_, index) => `production/app${index}`);
  const aws = parts.use(await startAws({ rotation: { attempts: 1 } }));
  const manifest = manifestFor(names);
  const deployed = await deploy(aws, { folder, manifest, ca: postgres.ca });
  const { "rotate-database": rotateArn, settle: settleArn } = deployed;
  const client = clientOf(aws, "operator");
  parts.defer(() => client.destroy());
  const arns = new Map<string, string>();
  for (const name of names) arns.set(name, await createLogin(postgres, client, name));
  const rotate = async (name: string) => {
    const ClientRequestToken = randomBytes(16).toString("hex");
    const RotationRules = { AutomaticallyAfterDays: 90 };
    const input = { SecretId: name, ClientRequestToken, RotationLambdaARN: rotateArn };
    await client.send(new RotateSecretCommand({ ...input, RotationRules }));
    const { succeeded } = await aws.rotations.finished(name, ClientRequestToken);
    if (!succeeded) throw new Error(`The rotation of ${name} failed.`);
  };
  const owned = parts.move();
  return { aws, settleArn, arns, rotate, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function manifestFor(names: readonly string[]): object {
  const credentials = [{ type: "postgres", strategy: "in-place", ca: "ca.pem" }];
  return {
    defaults: { clusters: [cluster], grace: "0s" },
    secrets: Object.fromEntries(names.map((name) => [name, { credentials }])),
  };
}

/** @returns the secret's ARN */
async function createLogin(
  postgres: PostgresServer,
  client: SecretsManagerClient,
  name: string,
): Promise<string> {
  const username = `many_${randomBytes(6).toString("hex")}`;
  const password = randomBytes(18).toString("base64url");
  const { escapeIdentifier: quote, escapeLiteral: literal } = pg;
  await postgres.query(`CREATE ROLE ${quote(username)} LOGIN PASSWORD ${literal(password)}`);
  const { host, port } = postgres;
  const login = { host, port, database: "postgres", username, password };
  const command = new CreateSecretCommand({ Name: name, SecretString: JSON.stringify(login) });
  return (await client.send(command)).ARN ?? "";
}
