import { describe, expect, it } from "vitest";
import { type Alert, alertOf, failureAlert } from "../../../lib/alerts/alert.ts";
import type { AlertContext } from "../../../lib/alerts/alert-context.ts";
import { testAlert } from "../../../lib/alerts/test-alert.ts";
import { taskKinds } from "../../../lib/context/context.ts";
import { everyError } from "./every-error.ts";

const secret = "production/database/primary";
const place = {
  environment: "production",
  account: "123456789012",
  region: "eu-central-1",
  requestId: "1f0c",
  logGroup: "/aws/lambda/quarterturn-production-rotate-database",
  at: new Date("2026-03-04T05:06:07.890Z"),
};

const occasions: readonly AlertContext[] = [
  place,
  ...taskKinds.map((kind) => ({ ...place, task: { kind, secret, step: "step", token: "token" } })),
];

/** They stop the build. */
const untold = ["INVALID_MANIFEST", "INVALID_PARAMETERS"];
const errors = everyError(secret).filter(({ code }) => !untold.includes(code));

const table = occasions.flatMap((occasion) =>
  errors.map((error) => [error.code, occasion.task?.kind ?? "no task", error, occasion] as const),
);

/** The three lines as they stand in each form that has room for them. */
const forms = ({ text, chat, event }: Alert) => [
  text.split("\n\n")[0]?.split("\n"),
  chat.content.description
    .replaceAll(/^\*([^*]+)\*/gm, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .split("\n"),
  String(event["text"]).split("\n"),
];

function linesOf(alert: Alert): readonly string[] {
  const [mail, ...others] = forms(alert);
  for (const other of others) expect(other).toEqual(mail);
  expect(mail).toEqual([
    expect.stringMatching(/^What happened: \S.+/),
    expect.stringMatching(/^Is production safe: (yes|NO|not known)[ .,:].+\.$/),
    expect.stringMatching(/^What to do: \S/),
  ]);
  return mail ?? [];
}

describe("every alert begins with what happened, whether production is safe, and what to do", () => {
  it("in more than a thousand cases", () => expect(table.length).toBeGreaterThan(1000));

  it.each(table)("%s, %s", (_, __, error, occasion) => {
    const alert = failureAlert(error, occasion);
    const [happened = "", safe = "", remedy = ""] = linesOf(alert);
    expect(happened).toContain(`(${error.code}), secret ${occasion.task ? secret : "unknown"}. `);
    expect(happened).toContain(error.happened.replace(/\s+/g, " "));
    expect(remedy).toBe(`What to do: ${error.remedy}`);
    for (const line of [happened, safe, remedy]) expect(line.length).toBeLessThanOrEqual(420);
    expect(alert.text).not.toContain("In full:");
    const answer = /safe: (\w+)/.exec(safe)?.[1];
    expect(answer === "yes").toBe(alert.event["productionSafe"]);
    if (error.impact === "outage") expect(answer).toBe("NO");
    const brief = {
      yes: /\. Production is safe\. /,
      NO: /\. (NOT SAFE: logins (may )?fail\.|Can consumers read it\?) /,
      not: /\. (Can consumers log in\?|Changed nothing; can consumers log in\?|See the other alerts\.) /,
    }[answer ?? ""];
    const whole = alert.event["summary"];
    expect(`${whole} `).toMatch(brief ?? "no answer");
  });

  it.each(table)("an SMS of %s, %s, says as much as it has room for", (_, __, error, occasion) => {
    const { sms, event } = failureAlert(error, occasion);
    const { severity, environment, secret, code } = event;
    const told = `${String(severity).toUpperCase()} ${environment}: `;
    const whole = `${String(event["summary"])} ${error.remedy}`;
    expect(`${told}${whole}`.startsWith(sms.replace(/\.\.\.$/, ""))).toBe(true);
    expect(sms).toContain(`(${code}): ${secret}.`.slice(0, 20));
  });

  it.each(["retirement", "settlement", "mirror", "schedule", "finding"] as const)(
    "and does not say of a %s that AWSCURRENT still holds the same value",
    (kind) => {
      const task = { kind, secret, step: "step", token: "token" };
      for (const error of errors.filter(({ safety }) => !safety)) {
        const [, safe] = linesOf(failureAlert(error, { ...place, task }));
        expect(safe).not.toMatch(/AWSCURRENT (still )?holds/);
      }
    },
  );

  it("when it is over, and in a test alert, too", () => {
    const task = { kind: "settlement", secret, step: "settle", token: "token" } as const;
    const since = new Date("2026-03-01T00:00:00Z");
    const problem = { kind: "ROLLED_BACK", subject: "service production/web", since };
    expect(linesOf(alertOf({ status: "over", problem, task }, place))).toEqual([
      `What happened: over: settlement is stuck (ROLLED_BACK), secret ${secret}. This problem is over (service production/web). It began at 2026-03-01T00:00:00.000Z.`,
      "Is production safe: yes, as far as this problem goes.",
      "What to do: Nothing.",
    ]);
    expect(linesOf(testAlert(place))[2]).toBe("What to do: Nothing: alerts reach you here.");
  });

  it("cut where they are long, and whole further down", () => {
    const name = `${"x".repeat(600)}\nnext line`;
    const [error] = everyError(name).filter(({ code }) => code === "NOT_IN_MANIFEST");
    if (!error) throw new Error("no such error");
    const alert = failureAlert(error, place);
    for (const line of linesOf({ ...alert })) expect(line.length).toBeLessThanOrEqual(420);
    expect(alert.text).toContain(`\n\nIn full: ${error.happened}\n\n`);
  });
});
