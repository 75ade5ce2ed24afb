import { describe, expect, it } from "vitest";
import { alertOf, failureAlert } from "../../../lib/alerts/alert.ts";
import { relay } from "../../../lib/alerts/relay.ts";
import { testAlert } from "../../../lib/alerts/test-alert.ts";
import { AwsCallFailed } from "../../../lib/aws-call-failed.ts";
import type { LogLine } from "../../../lib/context/log.ts";
import { pagerDutyEvent } from "../../pager-duty.ts";
import { everyError } from "./every-error.ts";

const functionName = "quarterturn-production-relay";
const place = {
  environment: "production",
  account: "123456789012",
  region: "eu-central-1",
  requestId: "1f0c",
  logGroup: "/aws/lambda/rotate-database",
  at: new Date("2026-03-04T05:06:07.890Z"),
};
const task = { kind: "rotation", secret: "app", step: "setSecret", token: "token" } as const;

/** What the function does with a message of the topic. */
async function relayed(message: unknown, put?: () => Promise<void>) {
  const events: [string, object][] = [];
  const lines: unknown[] = [];
  const Message = typeof message === "string" ? message : JSON.stringify(message);
  const bus = {
    put: async (type: string, detail: object) => {
      await put?.();
      events.push([type, JSON.parse(JSON.stringify(detail))]);
    },
  };
  const log = {
    step: (line: LogLine) => lines.push(line.message),
    warn: (_: string, text: string) => lines.push(text),
  };
  const signal = AbortSignal.timeout(1000);
  const context = { log, signal, now: () => place.at } as unknown as Parameters<typeof relay>[2];
  const event = { Records: [{ EventSource: "aws:sns", Sns: { Message } }] };
  await relay(event, { bus, functionName, environment: "production" }, context);
  return { events, lines };
}

const names = ["app", "x".repeat(512), 'it\'s <b> & "quoted"\nline'];
const table = names.flatMap((name) =>
  everyError(name).map((error) => [error.code, name.slice(0, 8), error, name] as const),
);

describe("an alert on the bus", () => {
  it.each(table)("of %s on %j is what PagerDuty takes", async (_, __, error, secret) => {
    const { event } = failureAlert(error, { ...place, task: { ...task, secret } });
    const { events, lines } = await relayed(event);
    const [[type, detail] = []] = events;
    expect(type).toBe("Quarterturn Alert");
    expect(() => pagerDutyEvent.parse(bodyOf(detail))).not.toThrow();
    expect(detail).toMatchObject({
      event_action: "trigger",
      dedup_key: event["deduplicationKey"],
      severity: error.impact === "outage" ? "critical" : "error",
      custom_details: { what_to_do: error.remedy || "unknown" },
      ...{ secret, environment: "production", code: error.code, status: "begun" },
    });
    for (const value of Object.values(detail ?? {})) expect(value).not.toBe("");
    expect(lines).toEqual([`trigger ${event["deduplicationKey"]}`]);
  });

  it("keeps its key when it gets worse, and resolves it when it is over", async () => {
    const [error] = everyError("app").filter(({ code }) => code === "SECRET_CHANGED");
    if (!error) throw new Error("no such error");
    const context = { ...place, task };
    const problem = { kind: error.code, subject: error.subject, since: place.at };
    const { events } = await relayed(failureAlert(error, context).event);
    const worse = await relayed(failureAlert(error.inOutage(), context, "worse").event);
    const over = await relayed(alertOf({ status: "over", problem, task }, place).event);
    const details = [...events, ...worse.events, ...over.events].map(([, detail]) => detail);
    const dedup_key = "123456789012/eu-central-1/production/app/SECRET_CHANGED/";
    expect(details).toMatchObject([
      { event_action: "trigger", severity: "error", dedup_key },
      { event_action: "trigger", severity: "critical", dedup_key },
      { event_action: "resolve", severity: "info", dedup_key },
    ]);
  });

  it("has a text for Slack, in which nothing is a mention or a link", async () => {
    const [error] = everyError("<!channel>").filter(({ code }) => code === "SECRET_CHANGED");
    if (!error) throw new Error("no such error");
    const { events } = await relayed(failureAlert(error, { ...place, task }).event);
    expect(events[0]?.[1]).toMatchObject({
      text: expect.stringMatching(
        /^\[error\] rotation failed in setSecret \(SECRET_CHANGED\): app\. Production is safe\.\nWhat happened: .*&lt;!channel&gt;.*\nIs production safe: yes.*\nWhat to do: [^<>]*$/,
      ),
    });
  });

  it("is sent for a test alert, too", async () => {
    const { events } = await relayed(testAlert(place).event);
    expect(() => pagerDutyEvent.parse(bodyOf(events[0]?.[1]))).not.toThrow();
    expect(events[0]?.[1]).toMatchObject({ severity: "info", event_action: "trigger" });
  });
});

/** What CloudWatch sends (CloudWatch user guide, "Notifying users on alarm changes"). */
const alarm = (name: string, state: string) => ({
  AlarmName: name,
  AlarmDescription:
    "What happened: settle is silent.\nIs production safe: yes: nothing is done.\nWhat to do: See why.",
  AWSAccountId: "123456789012",
  NewStateValue: state,
  NewStateReason: "Threshold Crossed: no datapoints were received for 3 periods.",
  StateChangeTime: "2026-03-04T05:06:07.890+0000",
  Region: "EU (Frankfurt)",
  AlarmArn: `arn:aws:cloudwatch:eu-central-1:123456789012:alarm:${name}`,
  OldStateValue: "OK",
});

describe("an alarm on the bus", () => {
  it("begins and is over with the same key", async () => {
    const name = "quarterturn-production-settle-silent";
    const dedup_key = `123456789012/eu-central-1/production/alarm/${name}`;
    const on = await relayed(alarm(name, "ALARM"));
    const over = await relayed(alarm(name, "OK"));
    const [[, begun] = [], [, ended] = []] = [...on.events, ...over.events];
    for (const detail of [begun, ended])
      expect(() => pagerDutyEvent.parse(bodyOf(detail))).not.toThrow();
    expect(begun).toMatchObject({
      ...{ event_action: "trigger", severity: "error", dedup_key, code: "ALARM", status: "begun" },
      text: `[error] alarm ${name}\nWhat happened: settle is silent. (${name}: Threshold Crossed: no datapoints were received for 3 periods.)\nIs production safe: yes: nothing is done.\nWhat to do: See why.`,
    });
    expect(ended).toMatchObject({ event_action: "resolve", severity: "info", dedup_key });
  });

  it("of somebody else shows its description", async () => {
    const { events } = await relayed({ ...alarm("mine", "ALARM"), AlarmDescription: "It is hot." });
    expect(events[0]?.[1]).toMatchObject({
      custom_details: {
        what_happened: expect.stringMatching(/^It is hot\. \(mine: Threshold Crossed/),
        is_production_safe: "not known.",
      },
    });
  });

  it.each([
    ["an alarm on relay itself", alarm(`${functionName}-errors`, "ALARM")],
    ["an alarm without data", alarm("quarterturn-production-x", "INSUFFICIENT_DATA")],
    ["what somebody else sends", { source: "aws.ec2" }],
    ["text", "hello"],
    ["null", "null"],
  ])("is none of %s", async (_, message) => {
    const { events, lines } = await relayed(message);
    expect(events).toEqual([]);
    expect(lines).toEqual([expect.stringContaining("not an alert")]);
  });
});

describe("what cannot be published", () => {
  it("leaves the function as an error, so that Lambda tries again", async () => {
    const why = { failure: "InternalFailure", retryable: true, remedy: "Wait." };
    const failure = new AwsCallFailed("events:PutEvents", "the default event bus", why);
    await expect(relayed(testAlert(place).event, () => Promise.reject(failure))).rejects.toBe(
      failure,
    );
  });
});

/** As an input transformer copies it, and the connection adds the key. */
const bodyOf = (detail: object = {}) => {
  const { event_action, dedup_key, ...rest } = detail as Record<string, unknown>;
  const { summary, source, severity, timestamp, component, group, custom_details } = rest;
  const payload = { summary, source, severity, timestamp, component, group, custom_details };
  return {
    ...{ event_action, dedup_key, payload: { ...payload, class: rest["class"] } },
    routing_key: "r".repeat(32),
  };
};
