import { describe, expect, it } from "vitest";
import { z } from "zod";
import { alertOf, failureAlert } from "../../../lib/alerts/alert.ts";
import { testAlert } from "../../../lib/alerts/test-alert.ts";
import { everyError } from "./every-error.ts";

/**
 * What Amazon Q Developer in chat applications takes; it drops everything else without an error. From the section
 * "Event schema" of https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html: version must be 1.0, source
 * must be custom, only client-markdown is a textType, description is required. The page names no further key, so that
 * none is taken here.
 */
const text = { type: "string", minLength: 1 } as const;
const texts = { type: "array", items: text } as const;
const notification = z.fromJSONSchema({
  type: "object",
  additionalProperties: false,
  required: ["version", "source", "content"],
  properties: {
    version: { const: "1.0" },
    source: { const: "custom" },
    id: text,
    content: {
      type: "object",
      additionalProperties: false,
      required: ["description"],
      properties: {
        textType: { const: "client-markdown" },
        title: text,
        description: text,
        nextSteps: texts,
        keywords: texts,
      },
    },
    metadata: {
      type: "object",
      additionalProperties: false,
      properties: {
        threadId: text,
        summary: text,
        eventType: text,
        relatedResources: texts,
        additionalContext: { type: "object", additionalProperties: text },
      },
    },
  },
});

const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf";
const place = {
  environment: "production",
  account: "123456789012",
  region: "eu-central-1",
  requestId: "1f0c",
  logGroup: "/aws/lambda/rotate-database",
  at: new Date("2026-03-04T05:06:07.890Z"),
};
const taskOf = (secret: string) =>
  ({ kind: "rotation", secret, arn, step: "setSecret", token: "token" }) as const;

const names = ["app", "<!channel> *x* `y` & <http://a|b>"];
const table = names.flatMap((name) =>
  everyError(name).map((error) => [error.code, name, error] as const),
);

describe("what chat gets", () => {
  it.each(table)("of %s on %j is as Amazon Q Developer takes it", (_, name, error) => {
    const { chat, event } = failureAlert(error, { ...place, task: taskOf(name) });
    expect(() => notification.parse(JSON.parse(JSON.stringify(chat)))).not.toThrow();
    const { title, description, nextSteps } = chat.content;
    for (const shown of [title, description, ...nextSteps]) expect(shown).not.toMatch(/[<>]/);
    expect(chat.metadata).toMatchObject({
      threadId: event["deduplicationKey"],
      relatedResources: [arn],
      eventType: "rotation-failed",
      additionalContext: { severity: event["severity"], code: error.code, region: "eu-central-1" },
    });
  });

  it("is one thread from a problem's beginning to its end, whatever becomes of it", () => {
    const [error] = everyError("app").filter(({ code }) => code === "SECRET_CHANGED");
    if (!error) throw new Error("no such error");
    const task = taskOf("app");
    const begun = failureAlert(error, { ...place, task }).chat;
    const worse = failureAlert(error.inOutage(), { ...place, task }, "worse").chat;
    const problem = { kind: error.code, subject: error.subject, since: place.at };
    const over = alertOf({ status: "over", problem, task }, place).chat;
    expect(() => notification.parse(over)).not.toThrow();
    const ids = [begun, worse, over].map(({ metadata }) => metadata.threadId);
    expect(new Set(ids).size).toBe(1);
    expect(begun.content.nextSteps).toContain(
      "To remove AWSPENDING: `aws secretsmanager update-secret-version-stage --secret-id app --version-stage AWSPENDING --remove-from-version-id token --region eu-central-1`",
    );
    expect(over.content.title).toBe(
      "[info] over: rotation failed in setSecret (SECRET_CHANGED): app",
    );
  });

  it("is as taken for a test alert, and where no secret is known", () => {
    const [error] = everyError("app");
    if (!error) throw new Error("no error");
    for (const { chat } of [testAlert(place), failureAlert(error, place)])
      expect(() => notification.parse(JSON.parse(JSON.stringify(chat)))).not.toThrow();
  });

  it("would not be taken with another key, as the schema is written here", () => {
    const { chat } = testAlert(place);
    expect(notification.safeParse({ ...chat, AlarmName: "x" }).success).toBe(false);
    expect(notification.safeParse({ ...chat, version: "1" }).success).toBe(false);
  });
});
