import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { StepLine, StepLog } from "../rotation/step-log.ts";

/** JSON lines and CloudWatch's embedded metrics on standard output, by Powertools. */
export function powertoolsLog(environment: string): StepLog {
  const logger = new Logger({ serviceName: "quarterturn", persistentKeys: { environment } });
  return {
    step(line) {
      const write = line.outcome === "failed" ? "error" : "info";
      logger[write](`${line.step} ${line.outcome}`, { ...line });
      measure(environment, line);
    },
    warn: (secret, message) => logger.warn(message, { secret }),
    alertFailed: (secret, code, message) =>
      logger.error("the alert could not be sent", { secret, code, message }),
  };
}

/** Secrets are no dimension: every one of them would be a metric that costs. */
function measure(environment: string, { step, outcome, ms }: StepLine): void {
  const metrics = new Metrics({ namespace: "Quarterturn", defaultDimensions: { environment } });
  metrics.addMetric("StepDuration", MetricUnit.Milliseconds, ms);
  if (outcome === "failed") metrics.addMetric("RotationFailed", MetricUnit.Count, 1);
  if (outcome === "done" && step === "finishSecret")
    metrics.addMetric("RotationSucceeded", MetricUnit.Count, 1);
  metrics.addMetadata("step", step);
  metrics.publishStoredMetrics();
}
