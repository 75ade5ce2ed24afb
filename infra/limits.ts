import type { Resource, Value } from "./cloudformation.ts";
import { filledLength } from "./sizes.ts";

/** A compiled CloudFormation template. */
export interface CompiledTemplate {
  readonly Resources: Readonly<Record<string, Pick<Resource, "Type"> & Partial<Resource>>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

export const remedies = {
  divide:
    "divide the secrets between copies of this service, each with a name of its own (service in serverless.yml)",
  policy:
    "let more secrets share an administrator, a KMS key or a mirror's prefix, or divide the secrets between copies of this service (service in serverless.yml)",
  names: "use a shorter service in serverless.yml, or a shorter --stage",
  clusters: "list fewer clusters, or divide the secrets between copies of this service",
} as const;

/** One of AWS's limits: what it counts of each resource of a type. */
export interface Limit {
  readonly limit: string;
  readonly most: number;
  readonly type: string;
  readonly count: (properties: Readonly<Record<string, Value>>, all: CompiledTemplate) => number;
  readonly remedy: string;
  /** It is filled as far as it goes before another resource takes the rest. */
  readonly isFilled?: true;
}

const lengthOf = (value: Value | undefined) => (value === undefined ? 0 : filledLength(value));
const listLength = (value: Value | undefined) => (Array.isArray(value) ? value.length : 0);
const textLength = (value: Value | undefined) => (typeof value === "string" ? value.length : 0);

const role = "AWS::IAM::Role";
const lambda = "AWS::Lambda::Function";
const rule = "AWS::Events::Rule";

/**
 * Sources: IAM, Lambda and EventBridge quotas; CreateFunction, PutRule, CreateQueue and PutMetricAlarm API references;
 * PolicyLengthExceededException of Lambda's AddPermission; CloudFormation counts what it fills in only on AWS, so that
 * the longest names are assumed.
 */
export const limits: readonly Limit[] = [
  {
    limit: "characters of a role's inline policies",
    most: 10_240,
    type: role,
    count: ({ Policies }) =>
      ((Policies ?? []) as { PolicyDocument: Value }[]).reduce(
        (sum, { PolicyDocument }) => sum + filledLength(PolicyDocument),
        0,
      ),
    remedy: remedies.policy,
  },
  {
    limit: "managed policies of a role",
    most: 10,
    type: role,
    count: ({ ManagedPolicyArns }) => listLength(ManagedPolicyArns),
    remedy: remedies.policy,
  },
  {
    limit: "characters of a managed policy",
    most: 6144,
    type: "AWS::IAM::ManagedPolicy",
    count: ({ PolicyDocument }) => lengthOf(PolicyDocument),
    remedy: remedies.policy,
    isFilled: true,
  },
  {
    limit: "characters of a KMS key's policy",
    most: 32_768,
    type: "AWS::KMS::Key",
    count: ({ KeyPolicy }) => lengthOf(KeyPolicy),
    remedy: remedies.divide,
  },
  {
    limit: "bytes of a function's environment",
    most: 4096,
    type: lambda,
    count: ({ Environment }) => lengthOf((Environment as { Variables?: Value })?.Variables),
    remedy: remedies.names,
  },
  {
    limit: "bytes of a function's resource policy",
    most: 20_480,
    type: lambda,
    count: ({ FunctionName }, all) => resourcePolicy(String(FunctionName), all),
    remedy: remedies.divide,
  },
  {
    limit: "characters of a function's name",
    most: 64,
    type: lambda,
    count: ({ FunctionName }) => textLength(FunctionName),
    remedy: remedies.names,
  },
  {
    limit: "characters of a rule's pattern",
    most: 2048,
    type: rule,
    count: ({ EventPattern }) => lengthOf(EventPattern),
    remedy: remedies.clusters,
  },
  {
    limit: "targets of a rule",
    most: 5,
    type: rule,
    count: ({ Targets }) => listLength(Targets),
    remedy: remedies.divide,
  },
  {
    limit: "characters of a rule's name",
    most: 64,
    type: rule,
    count: ({ Name }) => textLength(Name),
    remedy: remedies.names,
  },
  {
    limit: "characters of a queue's name",
    most: 80,
    type: "AWS::SQS::Queue",
    count: ({ QueueName }) => textLength(QueueName),
    remedy: remedies.names,
  },
  {
    limit: "characters of an alarm's description",
    most: 1024,
    type: "AWS::CloudWatch::Alarm",
    count: ({ AlarmDescription }) => textLength(AlarmDescription),
    remedy: remedies.names,
  },
];

/** Every permission is a statement with a Sid, a principal, the function's ARN and a condition on whence it comes. */
function resourcePolicy(name: string, { Resources }: CompiledTemplate): number {
  const own = Object.entries(Resources).find(
    ([, { Type, Properties }]) => Type === lambda && Properties?.["FunctionName"] === name,
  )?.[0];
  const all = Object.values(Resources).filter(
    ({ Type, Properties }) =>
      Type === "AWS::Lambda::Permission" &&
      JSON.stringify(Properties?.["FunctionName"]).includes(`"${own}"`),
  );
  // Names of the keys, and the function's ARN beside what stands in the template.
  return all.reduce((sum, { Properties }) => sum + filledLength(Properties) + 300, 100);
}
