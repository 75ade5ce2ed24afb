import { alertOf } from "../alerts/alert.ts";
import type { AlertTopic } from "../alerts/topic.ts";
import type { Context } from "../context/context.ts";
import type { Log } from "../context/log.ts";
import { asRotationError } from "../errors.ts";

/** Where alerts come from: for the reader, who looks for the log. */
export interface Origin {
  /** The stage, e.g. `production`. */
  readonly environment: string;
  /** The AWS account's id. */
  readonly account: string;
  readonly region: string;
  /** The function's log group. */
  readonly logGroup: string;
  readonly requestId: string;
  /** URL of the page of docs/runbook.md, where it is known. */
  readonly runbook?: string | undefined;
}

export interface ReportPorts {
  readonly alerts: AlertTopic;
  readonly log: Log;
  now(): Date;
}

/** Makes the `report` of an invocation's context. Whatever fails in here is logged and hides nothing. */
export function reporter(origin: Origin, { alerts, log, now }: ReportPorts): Context["report"] {
  return async (news, signal) => {
    try {
      await alerts.publish(alertOf(news, { ...origin, at: now() }), signal);
      return "told";
    } catch (thrown) {
      const failure = asRotationError(thrown);
      log.alertFailed(news.task?.secret ?? "unknown", failure.code, failure.message);
      return failure;
    }
  };
}
