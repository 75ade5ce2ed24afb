import { logicalId, type Resource, type Resources, ref, type Value } from "./cloudformation.ts";
import { type Deployment, deployedName, functionId } from "./deployment.ts";
import { outsideEvents, settlementRules } from "./events.ts";
import { deployedFunctions } from "./functions.ts";
import { ruleId } from "./settlement.ts";

/** What functions cannot report themselves: that they died, never ran, or never got an event. */
export function alarms(deployment: Deployment): Resources {
  const all = [
    ...Object.keys(deployedFunctions(deployment)).flatMap(ofFunction),
    ...Object.keys({ ...settlementRules(deployment), ...outsideEvents }).map(ofRule),
    ...ofQueue,
    ofWatch,
  ];
  return Object.fromEntries(
    all.map((alarm) => [`${logicalId(alarm.name)}Alarm`, resource(deployment, alarm)]),
  );
}

interface Alarm {
  readonly name: string;
  /** For the reader of the mail: what it means, and what to do. */
  readonly means: string;
  readonly metric: string;
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, Value>>;
  readonly statistic?: "Maximum";
  /** It is raised from this value on; default 1. */
  readonly threshold?: number;
}

const ofFunction = (name: string): readonly Alarm[] => {
  const common = { namespace: "AWS/Lambda", dimensions: { FunctionName: ref(functionId(name)) } };
  return [
    {
      ...common,
      name: `${name}-errors`,
      metric: "Errors",
      means: `${name} failed. Its own alert says more (docs/runbook.md lists them by code); without one it died before it could send it: see its log.`,
    },
    {
      ...common,
      name: `${name}-throttles`,
      metric: "Throttles",
      means: `Lambda refused to start ${name}: the account's concurrency is used up. It is retried; raise the quota if this persists.`,
    },
  ];
};

const ofRule = (name: string): Alarm => ({
  name: `${name}-undelivered`,
  metric: "FailedInvocations",
  namespace: "AWS/Events",
  dimensions: { RuleName: ref(ruleId(name)) },
  means: `EventBridge could not deliver events of the rule ${name}. Check that its target and the target's policy are as the stack created them.`,
});

const ofQueue: readonly Alarm[] = [
  {
    name: "settlement-dead-letters",
    metric: "ApproximateNumberOfMessagesVisible",
    namespace: "AWS/SQS",
    dimensions: { QueueName: { "Fn::GetAtt": ["SettlementDeadLetters", "QueueName"] } },
    statistic: "Maximum",
    means:
      "Settlement gave up on an event. See the log of settle for why; it checks all secrets every five minutes anyway, so the message can be deleted.",
  },
  {
    name: "settlement-waiting",
    metric: "ApproximateAgeOfOldestMessage",
    namespace: "AWS/SQS",
    dimensions: { QueueName: { "Fn::GetAtt": ["SettlementQueue", "QueueName"] } },
    statistic: "Maximum",
    threshold: 3 * 3600,
    means:
      "No event has been taken from the queue successfully for three hours. Check the log of settle, and that its event source mapping is enabled.",
  },
];

const ofWatch: Alarm = {
  name: "watch-dropped",
  metric: "AsyncEventsDropped",
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: ref(functionId("watch")) },
  means:
    "Lambda gave up delivering an event about a failed rotation to watch. See its log for why, and look at the secrets: aws secretsmanager list-secrets.",
};

const resource = (deployment: Deployment, alarm: Alarm): Resource => ({
  Type: "AWS::CloudWatch::Alarm",
  Properties: {
    AlarmName: deployedName(deployment, alarm.name),
    AlarmDescription: alarm.means,
    Namespace: alarm.namespace,
    MetricName: alarm.metric,
    Dimensions: Object.entries(alarm.dimensions).map(([Name, Value]) => ({ Name, Value })),
    Statistic: alarm.statistic ?? "Sum",
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: alarm.threshold ?? 1,
    ComparisonOperator: "GreaterThanOrEqualToThreshold",
    TreatMissingData: "notBreaching",
    AlarmActions: [ref("AlertTopic")],
  },
});
