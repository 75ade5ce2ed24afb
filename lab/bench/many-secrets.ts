import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecretCommand,
  RotateSecretCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { type Aws, startAws } from "../../standin/aws.ts";
import { clientOf } from "../clients.ts";
import { deploy } from "../deploy.ts";
import { cluster } from "../idle-service.ts";
import { leash } from "../postgres/leash.ts";
import type { Server } from "../server.ts";

/** The stand-in with the built functions, and secrets of one login each on one server. */
export interface ManySecrets extends AsyncDisposable {
  readonly aws: Aws;
  readonly settleArn: string;
  readonly emergencyArn: string;
  /** By name. */
  readonly arns: ReadonlyMap<string, string>;
  /** One rotation to its end. @throws when it fails */
  rotate(name: string): Promise<void>;
}

/** @param inProcess functions run in this process instead of one each */
export async function startManySecrets(
  server: Server,
  count: number,
  inProcess = false,
): Promise<ManySecrets> {
  await using parts = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "quarterturn-"));
  const held = leash(folder);
  parts.defer(() => held.release());
  const names = Array.from({ length: count }, (_, index) => `production/app${index}`);
  // The queue waits until all rotations are over: at the pace of other tests it would not.
  const aws = parts.use(await startAws({ pace: 1, inProcess, rotation: { attempts: 1 } }));
  const manifest = manifestFor(server.type, names);
  const deployed = await deploy(aws, { folder, manifest, ca: server.ca });
  const { "rotate-database": rotateArn, settle: settleArn, emergency: emergencyArn } = deployed;
  const client = clientOf(aws, "operator");
  parts.defer(() => client.destroy());
  const arns = new Map<string, string>();
  for (const name of names) arns.set(name, await createLogin(server, client, name));
  const rotate = async (name: string) => {
    const ClientRequestToken = randomBytes(16).toString("hex");
    const RotationRules = { AutomaticallyAfterDays: 90 };
    const input = { SecretId: name, ClientRequestToken, RotationLambdaARN: rotateArn };
    await client.send(new RotateSecretCommand({ ...input, RotationRules }));
    const { succeeded } = await aws.rotations.finished(name, ClientRequestToken);
    if (!succeeded) throw new Error(`The rotation of ${name} failed.`);
  };
  const owned = parts.move();
  return {
    aws,
    settleArn,
    emergencyArn,
    arns,
    rotate,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function manifestFor(type: string, names: readonly string[]): object {
  const credentials = [{ type, strategy: "in-place", ca: "ca.pem" }];
  return {
    defaults: { clusters: [cluster], consumers: "complete" },
    secrets: Object.fromEntries(names.map((name) => [name, { credentials }])),
  };
}

/** @returns the secret's ARN */
async function createLogin(
  server: Server,
  client: SecretsManagerClient,
  name: string,
): Promise<string> {
  const username = `many_${randomBytes(6).toString("hex")}`;
  const password = await server.newUser(username);
  const { host, port, defaultDatabase: database } = server;
  const login = { host, port, database, username, password };
  const command = new CreateSecretCommand({ Name: name, SecretString: JSON.stringify(login) });
  return (await client.send(command)).ARN ?? "";
}
