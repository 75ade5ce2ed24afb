import { chunks } from "../lib/chunks.ts";
import type { Manifest } from "../lib/manifest/manifest.ts";
import { typeOf } from "../lib/types.ts";
import type { Deployment } from "./deployment.ts";
import type { Statement } from "./grants.ts";
import { namedSecrets, secretArn } from "./secret-names.ts";

/** A secret's name or ARN, and its key if it has one of its own. */
interface Encrypted {
  readonly secret: string;
  readonly kmsKey?: string | undefined;
}

const rotated = ({ secrets }: Manifest): readonly Encrypted[] =>
  Object.entries(secrets).map(([secret, { kmsKey }]) => ({ secret, kmsKey }));

/** E.g. the administrators' secrets. */
const others = ({ secrets }: Manifest): readonly Encrypted[] =>
  Object.values(secrets)
    .flatMap(({ credentials }) => credentials)
    .flatMap((spec) => typeOf(spec)?.reads(spec) ?? []);

/** Read access to the other secrets that rotating needs, e.g. those of administrators. */
export function readOtherSecrets({ manifest }: Deployment): Statement[] {
  const secrets = others(manifest);
  const resources = [...new Set(secrets.map(({ secret }) => secretArn(secret)))];
  if (resources.length === 0) return [];
  return [
    { actions: ["secretsmanager:GetSecretValue"], resources },
    ...useKeys(secrets, ["Decrypt"]),
  ];
}

/** `Decrypt` to read values, and `GenerateDataKey` to write them. */
export function useKeysOfSecrets(
  { manifest }: Deployment,
  ...actions: readonly string[]
): Statement[] {
  return useKeys(rotated(manifest), actions);
}

/** How many pairs of a key and a secret are named one by one. */
const mostPairs = 80;

/**
 * A key of the secret's own, through Secrets Manager and for these secrets alone
 * (user guide, "Secrets Manager encryption context"). Of many secrets, any of these keys for any of them.
 */
function useKeys(secrets: readonly Encrypted[], actions: readonly string[]): Statement[] {
  const encrypted = secrets.filter(({ kmsKey }) => kmsKey !== undefined);
  const byKey = Map.groupBy(encrypted, ({ kmsKey }) => kmsKey ?? "");
  if (encrypted.length > mostPairs) return useEach([...byKey.keys()], encrypted, actions);
  return [...byKey].flatMap(([key, some]) => useEach([key], some, actions));
}

const useEach = (
  keys: readonly string[],
  secrets: readonly Encrypted[],
  actions: readonly string[],
): Statement[] =>
  chunks(namedSecrets(secrets.map(({ secret }) => secret)).arns, perStatement).map((some) => ({
    actions: actions.map((action) => `kms:${action}`),
    resources: keys,
    condition: {
      StringEquals: { "kms:ViaService": "secretsmanager.${AWS::Region}.amazonaws.com" },
      StringLike: { "kms:EncryptionContext:SecretARN": [...some] },
    },
  }));

/** A statement cannot be divided between policies by what is in its condition. */
const perStatement = 20;
