import { Logger } from "@aws-lambda-powertools/logger";
import type { Log } from "../context/log.ts";
import { countTold, measure, measureFigures } from "./step-metrics.ts";

/**
 * JSON lines and CloudWatch's embedded metrics on standard output, by Powertools.
 * @param functionName of this Lambda function
 */
export function powertoolsLog(environment: string, functionName: string): Log {
  const logger = new Logger({ serviceName: "quarterturn", persistentKeys: { environment } });
  return {
    begin: (requestId) => logger.appendKeys({ requestId }),
    step({ message, ...line }) {
      const write = line.outcome === "failed" ? "error" : "info";
      // Powertools keeps the key `message` for itself.
      logger[write](`${line.step} ${line.outcome}`, { ...line, errorMessage: message });
      measure(environment, line);
    },
    warn: (secret, message) => logger.warn(message, { secret }),
    alertFailed: (secret, code, errorMessage) =>
      logger.error("the alert could not be sent or remembered", { secret, code, errorMessage }),
    failureTold: (at) => countTold(functionName, at),
    figures: (figures) => measureFigures(environment, figures),
  };
}
