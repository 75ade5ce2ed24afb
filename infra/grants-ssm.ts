import type { Domain } from "../lib/alerts/memory.ts";
import { chunks } from "../lib/chunks.ts";
import { arn } from "./cloudformation.ts";
import { type Deployment, only } from "./deployment.ts";
import type { Statement } from "./grants.ts";

/** The same, with the mirrored secrets alone. */
export const mirroring = (deployment: Deployment) =>
  only(deployment, ({ mirror }) => mirror !== undefined);

/** The parameters that mirror secrets, to be read and written, and the keys that the manifest names for them. */
export function writeParameters({ manifest }: Deployment): Statement[] {
  const mirrors = Object.values(manifest.secrets).flatMap(({ mirror }) => {
    if (!mirror) return [];
    const { prefix, parameters, kmsKey } = mirror;
    const below = prefix ? [parameterArn(`${prefix}*`)] : [];
    return [{ kmsKey, below, named: Object.values(parameters).map(parameterArn) }];
  });
  if (mirrors.length === 0) return [];
  const actions = ["ssm:GetParameters", "ssm:PutParameter"];
  const named = [...new Set(mirrors.flatMap((mirror) => mirror.named))];
  const below = [...new Set(mirrors.flatMap((mirror) => mirror.below))];
  const byKey = Map.groupBy(mirrors, ({ kmsKey }) => kmsKey);
  return [
    ...(named.length > 0 ? [{ actions, resources: named }] : []),
    ...(below.length > 0
      ? [{ actions, resources: below, why: "Fields are found at run time." }]
      : []),
    {
      actions: ["ssm:DescribeParameters"],
      resources: ["*"],
      why: "It lists parameters without their values, and takes no resource (Service Authorization Reference).",
    },
    ...[...byKey].flatMap(([kmsKey, on]) => {
      const all = [...new Set(on.flatMap((mirror) => [...mirror.named, ...mirror.below]))];
      return kmsKey ? chunks(all, perStatement).map((some) => useKey(kmsKey, some)) : [];
    }),
  ];
}

/** A statement cannot be divided between policies by what is in its condition. */
const perStatement = 20;

/** Where the functions remember what on-call was told: below it a folder for each secret. */
export const problemsPath = ({ service, stage }: Deployment) =>
  `/quarterturn/${service}-${stage}/problems`;

const everySecret = "The names hold hashes of the secrets' ARNs.";

/** To read what on-call was told of a secret, and to add what this function tells. */
export function rememberProblems(deployment: Deployment, ...domains: Domain[]): Statement[] {
  const path = problemsPath(deployment);
  return [
    {
      actions: ["ssm:GetParametersByPath"],
      resources: [parameterArn(`${path}/*`)],
      why: everySecret,
    },
    {
      actions: ["ssm:PutParameter"],
      resources: domains.map((domain) => parameterArn(`${path}/*/${domain}`)),
      why: everySecret,
    },
  ];
}

/** To read it of all secrets, and to add and forget what this function tells. */
export function keepProblems(deployment: Deployment, ...domains: Domain[]): Statement[] {
  const path = problemsPath(deployment);
  return [
    readProblems(path),
    {
      actions: ["ssm:PutParameter", "ssm:DeleteParameter"],
      resources: domains.map((domain) => parameterArn(`${path}/*/${domain}`)),
      why: everySecret,
    },
  ];
}

/** To read it of all secrets, and to forget what is over. */
export function endProblems(deployment: Deployment): Statement[] {
  const path = problemsPath(deployment);
  const below = parameterArn(`${path}/*`);
  return [
    readProblems(path),
    { actions: ["ssm:PutParameter", "ssm:DeleteParameter"], resources: [below], why: everySecret },
  ];
}

const readProblems = (path: string): Statement => ({
  actions: ["ssm:GetParametersByPath"],
  resources: [parameterArn(path), parameterArn(`${path}/*`)],
  why: everySecret,
});

/** Through Parameter Store and for these parameters alone (KMS developer guide, "How Parameter Store uses KMS"). */
const useKey = (kmsKey: string, resources: readonly string[]): Statement => ({
  actions: ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
  resources: [kmsKey],
  condition: {
    StringEquals: { "kms:ViaService": "ssm.${AWS::Region}.amazonaws.com" },
    StringLike: { "kms:EncryptionContext:PARAMETER_ARN": [...resources] },
  },
});

/** A slash stands ahead of a name that has none. */
const parameterArn = (name: string) => arn("ssm", `parameter/${name.replace(/^\//, "")}`);
