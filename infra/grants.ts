import { functionsOf, type Place } from "../lib/manifest/place.ts";
import { arn } from "./cloudformation.ts";
import { type Deployment, functionArn, placesOf } from "./deployment.ts";
import { namedSecrets } from "./secret-names.ts";

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

/** ARNs of the functions that rotate, also of a place that has no secret: it may have had some. */
export const rotatorArns = (
  deployment: Deployment,
  places: readonly Place[] = ["network", "internet"],
): string[] => places.map((place) => functionArn(deployment, functionsOf[place].rotate));

/** The secret is configured to be rotated by these functions. */
export const rotatedBy = (arns: string | string[]): Condition => ({
  StringEquals: { "secretsmanager:resource/AllowRotationLambdaArn": arns },
});

const conditions = (one: Condition, other: Condition): Condition => {
  const operators = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...operators].map((operator) => [operator, { ...one[operator], ...other[operator] }]),
  );
};

/** To see labels, tags and dates of every secret, but no value: no more than ListSecrets shows of all secrets. */
export function describeSecrets({ manifest }: Deployment): Statement[] {
  const { arns, isExact } = namedSecrets(Object.keys(manifest.secrets));
  if (arns.length === 0) return [];
  const why = "There are too many to name; ListSecrets shows the same of all secrets.";
  return [
    {
      actions: ["secretsmanager:DescribeSecret"],
      resources: arns,
      ...(!isExact && { why }),
    },
  ];
}

/**
 * These actions of Secrets Manager on every secret. Where the secrets are too many to name, only those that a function of
 * this deployment rotates.
 * @param condition holds in any case
 */
export function onSecrets(
  deployment: Deployment,
  actions: readonly string[],
  condition: Condition = {},
): Statement[] {
  const { arns, isExact } = namedSecrets(Object.keys(deployment.manifest.secrets));
  if (arns.length === 0) return [];
  const closed = isExact
    ? condition
    : conditions(rotatedBy(rotatorArns(deployment, placesOf(deployment))), condition);
  const why = "There are too many to name; the condition leaves those that this stack rotates.";
  return [
    {
      actions: actions.map((action) => `secretsmanager:${action}`),
      resources: arns,
      ...(Object.keys(closed).length > 0 && { condition: closed }),
      ...(!isExact && { why }),
    },
  ];
}

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
