import { chunks } from "../lib/chunks.ts";
import type { Manifest } from "../lib/manifest/manifest.ts";
import { typeIn } from "../lib/manifest/type.ts";
import { typeList } from "../lib/types.ts";
import { arn } from "./cloudformation.ts";
import { type Deployment, functionArn } from "./deployment.ts";

/** One statement of a role's policy. */
export interface Statement {
  /** Absent: Allow. */
  readonly effect?: "Deny";
  readonly actions: readonly string[];
  /** Texts of Fn::Sub. */
  readonly resources: readonly string[];
  readonly condition?: Condition;
  /** Why a `*` stands in its resources. */
  readonly why?: string;
}

/** By operator and key; values are texts of Fn::Sub. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;

/** Secrets Manager ends a secret's ARN with six characters that only it knows. */
const secretArn = (nameOrArn: string) =>
  nameOrArn.startsWith("arn:") ? nameOrArn : arn("secretsmanager", `secret:${nameOrArn}-??????`);

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
    .flatMap((spec) => typeIn(typeList, spec.type)?.reads(spec) ?? []);

/** These actions of Secrets Manager on every secret. */
export function onSecrets({ manifest }: Deployment, ...actions: readonly string[]): Statement[] {
  return onEach(rotated(manifest), actions);
}

/** Read access to the other secrets that rotating needs, e.g. those of administrators. */
export function readOtherSecrets({ manifest }: Deployment): Statement[] {
  const secrets = others(manifest);
  return [...onEach(secrets, ["GetSecretValue"]), ...useKeys(secrets, ["Decrypt"])];
}

/** `Decrypt` to read values, and `GenerateDataKey` to write them. */
export function useKeysOfSecrets(
  { manifest }: Deployment,
  ...actions: readonly string[]
): Statement[] {
  return useKeys(rotated(manifest), actions);
}

/** Only on secrets that are configured to be rotated by this function. */
export function whereItRotates(
  deployment: Deployment,
  name: string,
  statements: readonly Statement[],
): Statement[] {
  const rotatedByIt = {
    "secretsmanager:resource/AllowRotationLambdaArn": functionArn(deployment, name),
  };
  return statements.map((statement) => ({
    ...statement,
    condition: { StringEquals: rotatedByIt },
  }));
}

function onEach(secrets: readonly Encrypted[], actions: readonly string[]): Statement[] {
  const resources = [...new Set(secrets.map(({ secret }) => secretArn(secret)))];
  if (resources.length === 0) return [];
  return [{ actions: actions.map((action) => `secretsmanager:${action}`), resources }];
}

/**
 * A key of the secret's own, through Secrets Manager and for these secrets alone
 * (user guide, "Secrets Manager encryption context").
 */
function useKeys(secrets: readonly Encrypted[], actions: readonly string[]): Statement[] {
  const byKey = Map.groupBy(secrets, ({ kmsKey }) => kmsKey);
  return [...byKey].flatMap(([key, encrypted]) => {
    if (key === undefined) return [];
    const arns = [...new Set(encrypted.map(({ secret }) => secretArn(secret)))];
    return chunks(arns, perStatement).map((some) => ({
      actions: actions.map((action) => `kms:${action}`),
      resources: [key],
      condition: {
        StringEquals: { "kms:ViaService": "secretsmanager.${AWS::Region}.amazonaws.com" },
        StringLike: { "kms:EncryptionContext:SecretARN": some },
      },
    }));
  });
}

/** A statement cannot be divided between policies by what is in its condition. */
const perStatement = 20;

/** On the alert topic, and on its key through it. */
export function onTopic(...actions: readonly string[]): Statement[] {
  return [
    { actions: actions.map((action) => `sns:${action}`), resources: ["${AlertTopic}"] },
    {
      actions: ["kms:Decrypt", "kms:GenerateDataKey"],
      resources: ["${AlertKey.Arn}"],
      condition: { StringEquals: { "kms:ViaService": "sns.${AWS::Region}.amazonaws.com" } },
    },
  ];
}

export const listSecrets: Statement = {
  actions: ["secretsmanager:ListSecrets"],
  resources: ["*"],
  why: "The action takes no resource (service authorization reference of AWS Secrets Manager). It shows names, tags and labels, and no value.",
};

/** A function's own log group, which the stack makes. */
export function writeLogs(logGroup: string): Statement {
  return {
    actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
    resources: [arn("logs", `log-group:${logGroup}:log-stream:*`)],
    why: "Lambda names the streams of a function's own log group at run time.",
  };
}
