import { keyFrom } from "./event.ts";
import { type Page, page, reader } from "./page.ts";

/**
 * An alarm on Quarterturn itself, which CloudWatch sends to the same topic; `undefined` where it is neither on nor over.
 * @param environment that the alarm is in
 */
export function pageOfAlarm(
  alarm: Readonly<Record<string, unknown>>,
  environment: string,
): Page | undefined {
  const text = reader(alarm);
  const [state, name] = [text("NewStateValue"), text("AlarmName")];
  if (state !== "ALARM" && state !== "OK") return undefined;
  const isOver = state === "OK";
  const [, , , region = "unknown", account = "unknown"] = text("AlarmArn").split(":");
  const lines = isOver ? overLines : linesIn(text("AlarmDescription", "no description"));
  const details = {
    what_happened: `${lines.happened} (${name}: ${text("NewStateReason")})`,
    is_production_safe: lines.safe,
    what_to_do: lines.remedy,
  };
  return page({
    isOver,
    key: keyFrom(account, region, environment, "alarm", name),
    severity: "error",
    summary: `${isOver ? "over: " : ""}alarm ${name}`,
    component: name,
    timestamp: text("StateChangeTime"),
    lines: [
      `What happened: ${details.what_happened}`,
      `Is production safe: ${details.is_production_safe}`,
      `What to do: ${details.what_to_do}`,
    ].join("\n"),
    details: { ...details, runbook: text("AlarmArn"), account, region },
    common: { secret: "none", environment, code: "ALARM", status: isOver ? "over" : "begun" },
  });
}

const overLines = {
  happened: "The alarm is over.",
  safe: "yes, as far as this alarm goes.",
  remedy: "Nothing.",
};

/** Our own alarms have the three lines in their descriptions. */
function linesIn(description: string): typeof overLines {
  const [, happened, safe, remedy] =
    /^What happened: (.+)\nIs production safe: (.+)\nWhat to do: (.+)$/.exec(description) ?? [];
  return {
    happened: happened ?? description,
    safe: safe ?? "not known.",
    remedy: remedy ?? "See the alarm.",
  };
}
