import { eventSource } from "../lib/alerts/bus.ts";
import type { Condition, Grant } from "../lib/manifest/grant.ts";
import { isSupplied } from "../lib/manifest/manifest.ts";
import { functionsOf, type Place } from "../lib/manifest/place.ts";
import { arn } from "./cloudformation.ts";
import { type Deployment, functionArn, only, placesOf } from "./deployment.ts";
import { namedSecrets, secretArn } from "./secret-names.ts";

/** One statement of a role's policy. */
export interface Statement extends Grant {
  /** Absent: Allow. */
  readonly effect?: "Deny";
}

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
 * this deployment rotates, and by name those that it does not, because people make all that they hold.
 * @param condition holds in any case
 */
export function onSecrets(
  deployment: Deployment,
  actions: readonly string[],
  condition: Condition = {},
): Statement[] {
  const { arns, isExact } = namedSecrets(Object.keys(deployment.manifest.secrets));
  const statement = (resources: readonly string[], condition: Condition, why?: string) => ({
    actions: actions.map((action) => `secretsmanager:${action}`),
    resources,
    ...(Object.keys(condition).length > 0 && { condition }),
    ...(why !== undefined && { why }),
  });
  if (arns.length === 0) return [];
  if (isExact) return [statement(arns, condition)];
  const supplied = Object.keys(only(deployment, isSupplied).manifest.secrets);
  const rotated = Object.keys(only(deployment, (each) => !isSupplied(each)).manifest.secrets);
  const ours = rotatedBy(rotatorArns(deployment, placesOf(deployment)));
  const why = "There are too many to name; the condition leaves those that this stack rotates.";
  return [
    statement(namedSecrets(rotated).arns, conditions(ours, condition), why),
    statement(supplied.map(secretArn), condition),
  ].filter(({ resources }) => resources.length > 0);
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

/** To publish events of this type, in the service's own name, on the account's default bus. */
export const onBus = (detailType: string): Statement => ({
  actions: ["events:PutEvents"],
  resources: [arn("events", "event-bus/default")],
  // A request may have several sources; one without any would fit any list.
  condition: {
    "ForAllValues:StringEquals": { "events:source": [eventSource] },
    StringEquals: { "events:detail-type": detailType },
    Null: { "events:source": "false" },
  },
});

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
