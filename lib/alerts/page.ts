import { plain } from "./chat.ts";

/**
 * An alert as pagers and chat take it from the event bus: an input transformer, which cannot decide, only copies. Every
 * value is there and none is empty.
 */
export interface Page {
  /** The fields and limits of PagerDuty's Events API v2 (PagerDuty developer documentation, "Send an alert event"). */
  readonly event_action: "trigger" | "resolve";
  readonly dedup_key: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly source: string;
  readonly component: string;
  readonly group: string;
  readonly class: string;
  readonly timestamp: string;
  readonly custom_details: Readonly<Record<string, string>>;
  /** For a Slack webhook. */
  readonly text: string;
  readonly secret: string;
  readonly environment: string;
  readonly code: string;
  readonly status: string;
}

const severities = ["critical", "error", "warning", "info"] as const;
type Severity = (typeof severities)[number];

/** @param alert what the topic's subscribers get by `default` */
export function pageOfAlert(alert: Readonly<Record<string, unknown>>): Page {
  const text = reader(alert);
  const status = text("status");
  const secret = text("secret");
  return page({
    isOver: status === "over",
    key: text("deduplicationKey"),
    severity: severities.find((each) => each === alert["severity"]) ?? "error",
    summary: text("summary"),
    component: text("subject", text("step")),
    timestamp: text("at"),
    lines: text("text"),
    details: {
      what_happened: text("message"),
      is_production_safe: text("safe"),
      what_to_do: text("remedy"),
      what_quarterturn_does_next: text("next"),
      runbook: text("runbook"),
      log: text("logGroup"),
      request: text("requestId"),
      step: text("step"),
      version: text("token"),
      account: text("account"),
      region: text("region"),
    },
    common: { secret, environment: text("environment"), code: text("code"), status },
  });
}

/** What is particular to one event. */
interface Parts {
  readonly isOver: boolean;
  readonly key: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly component: string;
  readonly timestamp: string;
  readonly lines: string;
  readonly details: Readonly<Record<string, string>>;
  readonly common: Pick<Page, "secret" | "environment" | "code" | "status">;
}

export function page({
  isOver,
  key,
  severity,
  summary,
  component,
  timestamp,
  lines,
  ...rest
}: Parts): Page {
  const { details, common } = rest;
  const rank = isOver ? "info" : severity;
  return {
    event_action: isOver ? "resolve" : "trigger",
    dedup_key: key,
    severity: rank,
    summary,
    source: common.secret,
    component,
    group: common.environment,
    class: common.code,
    timestamp,
    custom_details: details,
    text: plain(`[${rank}] ${summary}\n${lines}`),
    ...common,
  };
}

/** The text under a key; where there is none, what stands for it. */
export const reader =
  (from: Readonly<Record<string, unknown>>) =>
  (key: string, otherwise = "unknown"): string => {
    const value = from[key];
    return typeof value === "string" && value !== "" ? value : otherwise;
  };
