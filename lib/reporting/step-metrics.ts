import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Figures, LogLine } from "../context/log.ts";
import { steps } from "../rotation/event.ts";
import { lookedMetric, toldMetric } from "./metric-names.ts";

/** Whether this is one of Secrets Manager's four steps (settlement's actions are not). */
export function isRotationStep(step: string): boolean {
  return steps.some((each) => each === step);
}

/**
 * CloudWatch's embedded metrics on standard output: how long each step takes, and how rotations end.
 * Secrets are no dimension: every one of them would be a metric that costs.
 */
export function measure(environment: string, line: LogLine): void {
  const metrics = new Metrics({
    namespace: "Quarterturn",
    serviceName: "quarterturn",
    defaultDimensions: { environment },
  });
  const ended = ending(line);
  if (ended) {
    metrics.addMetric(ended, MetricUnit.Count, 1);
    metrics.publishStoredMetrics();
  }
  metrics.addDimension("step", line.step);
  metrics.addMetric("StepDuration", MetricUnit.Milliseconds, line.ms);
  metrics.publishStoredMetrics();
}

/**
 * Counts a failure of which on-call knows. Its time is that of the invocation, as with Lambda's own metric Errors
 * (Lambda developer guide, "Using CloudWatch metrics with Lambda"), so that both are in the same period.
 */
export function countTold(FunctionName: string, at: Date): void {
  const metrics = new Metrics({ namespace: "Quarterturn", serviceName: "quarterturn" });
  metrics.setTimestamp(at);
  metrics.addDimension("FunctionName", FunctionName);
  metrics.addMetric(toldMetric, MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}

/** How many secrets are in each state, which is the dimension. Secrets are not: see `measure`. */
export function measureFigures(environment: string, figures: Figures): void {
  const metrics = new Metrics({
    namespace: "Quarterturn",
    serviceName: "quarterturn",
    defaultDimensions: { environment },
  });
  const { states, daysSinceRotation, unsettledSeconds } = figures;
  if (daysSinceRotation !== undefined)
    metrics.addMetric("DaysSinceRotation", MetricUnit.NoUnit, daysSinceRotation);
  metrics.addMetric("OldestUnsettled", MetricUnit.Seconds, unsettledSeconds);
  metrics.addMetric(lookedMetric, MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
  for (const [state, count] of Object.entries(states)) {
    metrics.addDimension("state", state);
    metrics.addMetric("Secrets", MetricUnit.Count, count);
    metrics.publishStoredMetrics();
  }
}

/** Where AWSCURRENT was refused, setSecret has promoted already, and finishSecret finds it current. */
function ending({ step, outcome }: LogLine): string | undefined {
  if (step === "watch") return undefined;
  if (outcome !== "failed") return step === "finishSecret" ? "RotationSucceeded" : undefined;
  if (isRotationStep(step) || step === "unknown") return "RotationFailed";
  return step === "mirror" ? "MirrorFailed" : "RetirementFailed";
}
