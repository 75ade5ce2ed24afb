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
    silence,
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
  /** It is raised by each growth of the metric, which may stay where it is for days. */
  readonly byGrowth?: true;
  /** It is raised when the value stays below the threshold for so many periods, or nothing is measured. */
  readonly silentFor?: number;
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
    byGrowth: true,
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

/** The tick comes every five minutes, so this is three of them. */
const silence: Alarm = {
  name: "settle-silent",
  metric: "Invocations",
  namespace: "AWS/Lambda",
  dimensions: { FunctionName: ref(functionId("settle")) },
  silentFor: 3,
  means:
    "settle has not run for 15 minutes, so no old credential is retired and nobody is alerted of a rotation that does not settle. Check that the rule tick is enabled, that the queue's event source mapping is, and the throttles of settle. Right after the first deployment this is the wait for the first tick.",
};

/** In seconds. */
const period = 300;

const resource = (deployment: Deployment, alarm: Alarm): Resource => ({
  Type: "AWS::CloudWatch::Alarm",
  Properties: {
    AlarmName: deployedName(deployment, alarm.name),
    AlarmDescription: alarm.means,
    ...measured(alarm),
    EvaluationPeriods: alarm.silentFor ?? 1,
    Threshold: alarm.threshold ?? 1,
    ComparisonOperator: alarm.silentFor ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold",
    TreatMissingData: alarm.silentFor ? "breaching" : "notBreaching",
    AlarmActions: [ref("AlertTopic")],
    // A growth ends by itself, which says nothing of what has grown.
    ...(alarm.byGrowth ? {} : { OKActions: [ref("AlertTopic")] }),
  },
});

/** What is compared with the threshold. */
function measured({
  namespace,
  metric,
  dimensions,
  statistic: Stat = "Sum",
  byGrowth,
}: Omit<Alarm, "statistic"> & { readonly statistic?: "Sum" | "Maximum" }): Readonly<
  Record<string, Value>
> {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  const Metric = { Namespace: namespace, MetricName: metric, Dimensions };
  if (!byGrowth) return { ...Metric, Statistic: Stat, Period: period };
  // Actions are taken on changes of state alone, so an alarm on the value itself would speak once. A queue that has
  // been idle for six hours measures nothing, so there would be no value before the first one either.
  return {
    Metrics: [
      { Id: "growth", Expression: "DIFF(FILL(value, 0))" },
      {
        Id: "value",
        ReturnData: false,
        MetricStat: { Metric, Period: period, Stat },
      },
    ],
  };
}
