import { randomUUID } from "node:crypto";
import { IAM } from "@aws-sdk/client-iam";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { STS } from "@aws-sdk/client-sts";
import { iamClients } from "../../../../lib/rotators/iam/clients.ts";
import { completeIam } from "../../../../lib/rotators/iam/complete.ts";
import type { IamKeys } from "../../../../lib/rotators/iam/keys.ts";
import { IamUser } from "../../../../lib/rotators/iam/provider.ts";
import type { Access, KeyParts } from "../../../../lib/rotators/key/provider.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { type Aws, startAws } from "../../../../standin/aws.ts";
import { clientConfig } from "../../../standin/fixtures.ts";

/** The stand-in, by the environment of this process: as a function would find AWS. */
export async function startIam(accessKeys = { activationMs: 0, revocationMs: 0 }): Promise<Aws> {
  const aws = await startAws({ accessKeys });
  Object.assign(process.env, aws.env("rotate-api-key"));
  return aws;
}

/** A key of a user as a secret has it. */
export const keyOf = (id: string, secret: string, more: Record<string, string> = {}): KeyParts =>
  new Map(
    Object.entries({ id, secret, ...more }).map(([part, value]) => [part, new Secret(value)]),
  );

/** A user with one key, made by hand, and the provider of its keys. */
export async function createIamUser(aws: Aws, keys: Omit<IamKeys, "user"> = {}) {
  const admin = new IAM(clientConfig(aws, "administrator"));
  const user = `user-${randomUUID()}`;
  await admin.createUser({ UserName: user });
  const spec = specOf({ ...keys, user });
  const provider = new IamUser(spec, iamClients());
  const createKey = async () => {
    const { AccessKey } = await admin.createAccessKey({ UserName: user });
    return keyOf(String(AccessKey?.AccessKeyId), String(AccessKey?.SecretAccessKey));
  };
  const current = await createKey();
  const warnings: string[] = [];
  const at: Access = {
    now: () => new Date(),
    sleep: async () => {},
    signal: AbortSignal.timeout(20_000),
    readSecret: async () => undefined,
    warn: (message) => void warnings.push(message),
    leaked: false,
    current,
  };
  const tags = async () => {
    const { Tags = [] } = await admin.listUserTags({ UserName: user });
    return Tags.map(({ Key, Value }) => [Key, Value]);
  };
  return { admin, user, spec, provider, current, at, createKey, tags };
}

/** Clients of a consumer that holds this key, or a session of it. */
export function consumer(aws: Aws, key: KeyParts) {
  const credentials = {
    accessKeyId: key.get("id")?.reveal() ?? "",
    secretAccessKey: key.get("secret")?.reveal() ?? "",
    ...(key.has("token") && { sessionToken: key.get("token")?.reveal() ?? "" }),
  };
  const config = { ...clientConfig(aws), credentials };
  return { sts: new STS(config), secrets: new SecretsManager(config) };
}

/** As rotation.yml would have it; throws the first complaint. */
export function specOf(keys: IamKeys, stage = "production") {
  return completeIam({
    type: "iam",
    isTypeDeclared: true,
    keys,
    secret: "production/api-keys/aws",
    stage,
    folder: "/",
    isOwn: () => true,
    kmsKeyOf: () => undefined,
    oneHome: () => {},
    complain(path, problem) {
      throw new Error(`${path.join(".")}: ${problem}`);
    },
  });
}
