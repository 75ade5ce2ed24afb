import { type Alert, toldAs } from "./alert.ts";
import type { AlertContext } from "./alert-context.ts";
import { firstLines, noSecret, type Story } from "./story.ts";

/**
 * An alert that a person sends to check that alerts arrive, and that pagers resolve what they opened. The same key for all
 * of one environment.
 */
export function testAlert(
  context: Pick<AlertContext, "account" | "environment" | "region" | "at">,
  status: "begun" | "over" = "begun",
): Alert {
  const { environment, region, at } = context;
  const over = status === "over" ? "over: " : "";
  const story: Story = {
    kind: "test",
    attributes: {
      severity: "info",
      secret: noSecret,
      environment,
      step: "test",
      code: "TEST",
      status,
    },
    subject: "",
    headline: `${over}Quarterturn test alert (${environment})`,
    happened: "Nothing has happened.",
    safe: { full: "yes: a test alert changes nothing.", brief: "Nothing has happened." },
    remedy: "Nothing: alerts reach you here.",
    commands: [],
    productionSafe: true,
    retryable: false,
    token: "none",
    context: { ...context, logGroup: "none", requestId: "none" },
  };
  const lines = Object.values(firstLines(story)).join("\n");
  return {
    ...toldAs(story),
    text: `${lines}\n\nEnvironment ${environment}, Region ${region}, ${at.toISOString()}.`,
  };
}
