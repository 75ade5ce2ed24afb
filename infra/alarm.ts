import { type Resource, ref, type Value } from "./cloudformation.ts";
import { type Deployment, deployedName } from "./deployment.ts";

/** A metric, by which an alarm decides. */
interface Metric {
  readonly metric: string;
  readonly namespace: string;
  readonly dimensions: Readonly<Record<string, Value>>;
  readonly statistic?: "Maximum";
}

export interface Alarm extends Metric {
  readonly name: string;
  /** For the reader of the mail, in full sentences. `{settle}` is that name as it is deployed. */
  readonly happened: string;
  /** Whether production is safe; default: yes, because nothing is done. */
  readonly safe?: string;
  readonly remedy: string;
  /** It is raised from this value on; default 1. */
  readonly threshold?: number;
  /** It is raised by each growth of the metric, which may stay where it is for days. */
  readonly byGrowth?: true;
  /** It does not say when it is over. */
  readonly endsSilently?: true;
  /** It is raised by what this metric does not count, five minutes later: metrics arrive at different times. */
  readonly beyond?: Metric;
  /** It is raised when the value stays below the threshold for so many seconds, or nothing is measured. */
  readonly silentFor?: number;
}

/** In seconds. */
const [period, longPeriod] = [300, 900];

/** Where five minutes would make more periods than this, a period is longer: CloudWatch fetches each of them. */
const mostPeriods = 10;

export function alarmResource(deployment: Deployment, alarm: Alarm): Resource {
  const { silentFor = 0 } = alarm;
  const seconds = silentFor > mostPeriods * period ? longPeriod : period;
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      AlarmName: deployedName(deployment, alarm.name),
      AlarmDescription: alarmLines(alarm).replace(/\{([\w-]+)\}/g, (_, name: string) =>
        deployedName(deployment, name),
      ),
      ...measured(alarm, seconds),
      EvaluationPeriods: Math.max(1, Math.ceil(silentFor / seconds)),
      Threshold: alarm.threshold ?? 1,
      ComparisonOperator: silentFor ? "LessThanThreshold" : "GreaterThanOrEqualToThreshold",
      TreatMissingData: silentFor ? "breaching" : "notBreaching",
      AlarmActions: [ref("AlertTopic")],
      // A growth ends by itself, which says nothing of what has grown.
      ...(alarm.byGrowth || alarm.endsSilently ? {} : { OKActions: [ref("AlertTopic")] }),
    },
  };
}

/** The first lines of every alert. */
const alarmLines = ({ happened, safe = undone, remedy }: Alarm) =>
  `What happened: ${happened}\nIs production safe: ${safe}\nWhat to do: ${remedy}`;

const undone = "yes: what is left undone ends no login.";

/** What is compared with the threshold. */
function measured(alarm: Alarm, Period: number): Readonly<Record<string, Value>> {
  // Actions are taken on changes of state alone, so an alarm on the value itself would speak once. A queue that has
  // been idle for six hours measures nothing, so there would be no value before the first one either.
  if (alarm.byGrowth) return math({ growth: "DIFF(FILL(value, 0))" }, { value: alarm });
  // A value less its growth is the one of the period before, in which both metrics have arrived by now.
  if (alarm.beyond)
    return math(
      { late: "untold - DIFF(untold)", untold: "FILL(errors, 0) - FILL(told, 0)" },
      { errors: alarm, told: alarm.beyond },
    );
  return { ...named(alarm), Statistic: alarm.statistic ?? "Sum", Period };
}

/** @param expressions by id; the first one is compared */
function math(
  expressions: Readonly<Record<string, string>>,
  metrics: Readonly<Record<string, Metric>>,
): Readonly<Record<string, Value>> {
  return {
    Metrics: [
      ...Object.entries(expressions).map(([Id, Expression], index) => ({
        Id,
        Expression,
        ...(index > 0 && { ReturnData: false }),
      })),
      ...Object.entries(metrics).map(([Id, metric]) => ({
        Id,
        ReturnData: false,
        MetricStat: { Metric: named(metric), Period: period, Stat: metric.statistic ?? "Sum" },
      })),
    ],
  };
}

const named = ({ namespace, metric, dimensions }: Metric) => ({
  Namespace: namespace,
  MetricName: metric,
  Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
});
