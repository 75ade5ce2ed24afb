import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { type Alert, alertOf, failureAlert, messageOf } from "../../../lib/alerts/alert.ts";
import type { AlertContext } from "../../../lib/alerts/alert-context.ts";
import { testAlert } from "../../../lib/alerts/test-alert.ts";
import { AwsCallFailed } from "../../../lib/aws-call-failed.ts";
import type { Task } from "../../../lib/context/context.ts";
import type { RotationError } from "../../../lib/errors.ts";
import { SecretChanged, SwitchUndecided } from "../../../lib/rotation/errors.ts";
import { InvalidEvent } from "../../../lib/rotation/event.ts";
import { CredentialsRefused } from "../../../lib/rotators/login/errors.ts";
import { Unreachable } from "../../../lib/rotators/login/transport-errors.ts";
import { SettlementStuck } from "../../../lib/settlement/errors.ts";
import { RotationAbandoned, RotationFailed, SwitchInterrupted } from "../../../lib/watch/errors.ts";
import { everyError } from "./every-error.ts";

const token = randomUUID();
const requestId = randomUUID();
const place = {
  environment: "production",
  account: "123456789012",
  region: "eu-central-1",
  requestId,
  logGroup: "/aws/lambda/rotate-database",
  at: new Date("2026-03-04T05:06:07.890Z"),
};

const keyPrefix = "123456789012/eu-central-1/production/";

function occasion(secret: string, step = "setSecret"): AlertContext {
  const kind = step === "retire" ? "retirement" : "rotation";
  return { ...place, task: { kind, secret, step, token } };
}

const hostile = [
  "production/database/primary",
  'it\'s $(touch x) `y` "z" \\ ; & | * ~',
  "Größe 数据库 🔑",
  "x".repeat(512),
  "two\nlines",
];

const table = hostile.flatMap((name) =>
  everyError(name).map((error) => [error.code, name.slice(0, 12), error, name] as const),
);

describe("the alert of every error", () => {
  it("is here", () => expect(table.length).toBeGreaterThan(40 * hostile.length));

  it.each(table)("%s on %j fits into what SNS takes", (_, __, error, secret) => {
    const alert = failureAlert(error, occasion(secret));
    const { subject, sms, attributes, event } = alert;
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(sms).toMatch(/^[\x20-\x7e]{1,140}$/);
    for (const short of [subject, sms]) expect(short).toContain(error.code);
    expect(Object.keys(attributes).length).toBeLessThanOrEqual(10);
    for (const value of Object.values(attributes)) expect(value).not.toBe("");
    expect(event).toMatchObject(attributes);
    const bytes = Buffer.byteLength(JSON.stringify([messageOf(alert), attributes]));
    expect(bytes).toBeLessThan(262_144);
  });

  it.each(table)("%s on %j tells all that on-call needs", (_, __, error, secret) => {
    const { text } = failureAlert(error, occasion(secret));
    const [lines = ""] = text.split("\n\n");
    for (const whole of [error.happened, error.remedy])
      if (!lines.includes(whole)) expect(text).toContain(`\n\nIn full: ${whole}\n\n`);
    const { next } = error;
    expect(text.split("\n\n")).toEqual(
      expect.arrayContaining([
        next
          ? `What Quarterturn does next: ${next}`
          : expect.stringMatching(/^What Quarterturn does next: Secrets Manager repeats /),
        `Where the log is: /aws/lambda/rotate-database, request ${requestId}.`,
        `More about this: docs/runbook.md#${error.code.toLowerCase()}`,
        `Environment production, Region eu-central-1, version ${token}, 2026-03-04T05:06:07.890Z.`,
      ]),
    );
  });

  it("links to the page of the runbook that the deployment has (F10)", () => {
    const [[, , error, secret] = []] = table;
    if (!error || secret === undefined) throw new Error("no error");
    const runbook = "https://wiki.example.com/runbook";
    const { text, event, chat } = failureAlert(error, { ...occasion(secret), runbook });
    const link = `${runbook}#${error.code.toLowerCase()}`;
    expect(event["runbook"]).toBe(link);
    expect(text.split("\n\n")).toContain(`More about this: ${link}`);
    expect(chat.content.nextSteps).toContain(`More about this: ${link}`);
  });

  it.each(table)("%s on %j has the keys that machines rely on", (_, __, error, secret) => {
    const { event } = failureAlert(error, occasion(secret));
    expect(Object.keys(event)).toEqual([
      "source",
      "kind",
      "severity",
      "secret",
      "environment",
      "step",
      "code",
      "status",
      "subject",
      "account",
      "region",
      "arn",
      "token",
      "summary",
      "text",
      "message",
      "remedy",
      "safe",
      "next",
      "runbook",
      "productionSafe",
      "retryable",
      "logGroup",
      "requestId",
      "at",
      "deduplicationKey",
    ]);
    const key = `${keyPrefix}${secret}/${error.code}/${event["subject"]}`;
    const { deduplicationKey } = event;
    if (key.length <= 255) expect(deduplicationKey).toBe(key);
    else expect(deduplicationKey).toMatch(/^.{222}#[0-9a-f]{32}$/s);
  });
});

const run = promisify(execFile);

/** What the commands in the text would call, in a shell in which `aws` prints its words. */
async function called({ text }: Alert): Promise<string[][]> {
  const lines = text.slice(text.indexOf("\n  aws"), text.indexOf("\n\nMore about this:"));
  const script = lines.replace(/^To .*:$/gm, "");
  const prelude = "aws() { printf '%s\\0' \"$@\"; printf '\\0'; }\n";
  const { stdout } = await run("/bin/sh", ["-e", "-c", prelude + script], { env: {}, cwd: "/" });
  return stdout
    .split("\0\0")
    .slice(0, -1)
    .map((words) => words.split("\0"));
}

describe("the commands in an alert", () => {
  const region = ["--region", "eu-central-1"];
  const describeSecret = (name: string) => [
    "secretsmanager",
    "describe-secret",
    "--secret-id",
    name,
    ...region,
  ];
  const log = [
    "logs",
    "tail",
    "/aws/lambda/rotate-database",
    "--since",
    "30m",
    "--filter-pattern",
    `"${requestId}"`,
    ...region,
  ];
  const again = (name: string) => [
    "secretsmanager",
    "rotate-secret",
    "--secret-id",
    name,
    ...region,
  ];

  it.each(hostile)("are valid shell for the secret %j", async (name) => {
    const alert = failureAlert(new Unreachable("db:5432", "timed out"), occasion(name));
    expect(await called(alert)).toEqual([describeSecret(name), log, again(name)]);
  });

  it("take AWSPENDING off where the remedy says so", async () => {
    const alert = failureAlert(new SecretChanged("app", token), occasion("app"));
    const removal = ["--version-stage", "AWSPENDING", "--remove-from-version-id", token, ...region];
    expect(await called(alert)).toEqual([
      describeSecret("app"),
      log,
      ["secretsmanager", "update-secret-version-stage", "--secret-id", "app", ...removal],
      again("app"),
    ]);
  });

  it("do not rotate for a retirement, nor for an event that cannot be read", async () => {
    const error = new Unreachable("db:5432", "timed out");
    expect(await called(failureAlert(error, occasion("app", "retire")))).toEqual([
      describeSecret("app"),
      log,
    ]);
    expect(await called(failureAlert(new InvalidEvent("expected an object"), place))).toEqual([
      log,
    ]);
  });
});

describe("an outage", () => {
  it.each([
    new SwitchUndecided("app", "app_user", "AWSCURRENT cannot be read"),
    new CredentialsRefused("db:5432", "app_user", ["AWSCURRENT"]),
  ])("$code is critical, and no alert calls production safe", (error) => {
    const alert = failureAlert(error, occasion("app"));
    expect(alert.subject).toMatch(/^\[critical\] /);
    expect(alert.sms).toMatch(/^CRITICAL production: .*: app\. NOT SAFE: logins may fail\. [A-Z]/);
    expect(alert.text).toContain("Is production safe: NO. New logins of consumers may be failing");
    expect(alert.event).toMatchObject({ severity: "critical", productionSafe: false });
    expect(alert.attributes).toMatchObject({ severity: "critical" });
  });

  it("is nothing else", () => {
    const critical = everyError("app").filter(
      (error) => failureAlert(error, occasion("app")).attributes["severity"] !== "error",
    );
    expect(critical.map(({ code }) => code).toSorted()).toEqual([
      "CREDENTIALS_REFUSED",
      "CURRENT_DRIFTED",
      "CURRENT_REFUSED",
      "KEY_REFUSED",
      "LOCKED_OUT",
      "SWITCH_INTERRUPTED",
      "SWITCH_UNDECIDED",
    ]);
  });
});

describe("the deduplication key", () => {
  const key = (error: AwsCallFailed) =>
    failureAlert(error, occasion("app")).event["deduplicationKey"];
  const denied = (call: string, failure: string) =>
    new AwsCallFailed(call, "app", { failure, retryable: false, remedy: "Allow it." });

  const call = "secretsmanager:PutSecretValue";

  it("is that of the problem, whatever the request, the attempt and how bad it is", () => {
    const failure = () => denied(call, `AccessDenied (HTTP 400, request ${randomUUID()})`);
    const keys = [
      key(failure()),
      key(failure().inOutage()),
      failureAlert(failure(), occasion("app", "createSecret"), "worse").event["deduplicationKey"],
    ];
    expect(new Set(keys)).toEqual(new Set([`${keyPrefix}app/AWS_CALL_FAILED/${call} app`]));
  });

  it("is another one for another call", () => {
    expect(key(denied("secretsmanager:GetSecretValue", "AccessDenied"))).not.toBe(
      key(denied(call, "AccessDenied")),
    );
  });

  it("is another one for another server, user, service or parameter, also by a digit alone", () => {
    const stuck = (subject: string) =>
      new SettlementStuck(
        { code: "ROLLED_BACK", why: "no", remedy: "Deploy.", subject },
        "app",
        true,
      );
    const keys = [stuck("service blue1"), stuck("service blue2")].map(
      (error) => failureAlert(error, occasion("app")).event["deduplicationKey"],
    );
    expect(keys).toEqual(
      ["blue1", "blue2"].map((name) => `${keyPrefix}app/ROLLED_BACK/service ${name}`),
    );
  });
});

describe("a problem that gets worse", () => {
  it("says so, and how bad it is now", () => {
    const error = new Unreachable("db:5432", "timed out").inOutage();
    const { subject, text, event } = failureAlert(error, occasion("app"), "worse");
    expect(subject).toBe("[critical] worse: rotation failed in setSecret (UNREACHABLE): app");
    expect(text).toContain("You were alerted to this problem before; it is worse now.");
    expect(event).toMatchObject({ status: "worse", severity: "critical", productionSafe: false });
  });
});

describe("a problem that is over", () => {
  const over = (secret: string) => {
    const task = { kind: "settlement", secret, step: "settle", token } as const;
    const since = new Date("2026-03-01T00:00:00Z");
    const problem = { kind: "ROLLED_BACK", subject: "service production/web", since };
    return alertOf({ status: "over", problem, task }, place);
  };

  it("is information, under the key of the alert that began it", () => {
    const { subject, text, event, attributes } = over("app");
    expect(subject).toBe("[info] over: settlement is stuck (ROLLED_BACK): app");
    expect(text).toContain("service production/web");
    expect(text).toContain("It began at 2026-03-01T00:00:00.000Z.");
    expect(attributes).toMatchObject({ severity: "info", status: "over", code: "ROLLED_BACK" });
    expect(event).toMatchObject({
      ...attributes,
      kind: "settlement-failed",
      deduplicationKey: `${keyPrefix}app/ROLLED_BACK/service production/web`,
    });
  });

  it("has the keys of every alert", () => {
    const began = failureAlert(new Unreachable("db:5432", "timed out"), occasion("app"));
    expect(Object.keys(over("app").event)).toEqual(Object.keys(began.event));
    expect(Object.keys(over("app").attributes)).toEqual(Object.keys(began.attributes));
  });

  it.each(hostile)("fits into what SNS takes for the secret %j", (name) => {
    const { subject, sms } = over(name);
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(sms).toMatch(/^[\x20-\x7e]{1,140}$/);
  });
});

it("says what to do once", () => {
  const error = new Unreachable("db:5432", "timed out");
  const { text } = failureAlert(error, occasion("app"));
  expect(text.split(error.remedy)).toHaveLength(2);
  expect(text).toContain("secret app. No answer from db:5432 (timed out).\nIs production safe");
});

describe("what comes next", () => {
  const next = (step: string) =>
    failureAlert(new Unreachable("db:5432", "timed out"), occasion("app", step)).event["next"];

  it("is another try of Secrets Manager's for a rotation, and none of its for a retirement", () => {
    expect(next("setSecret")).toBe(
      "Secrets Manager repeats the rotation; every step is safe to repeat.",
    );
    expect(next("retire")).toBe(
      "settlement asks for it again within five minutes; every step is safe to repeat.",
    );
  });

  it("says that another try is in vain where only a person can help", () => {
    const { event } = failureAlert(new SecretChanged("app", token), occasion("app"));
    expect(event["next"]).toContain("it will fail again until the cause is fixed");
  });
});

describe("settlement that does not go on", () => {
  const task = { kind: "settlement", secret: "app", step: "settle", token } as const;
  const alert = (oldWorks: boolean) =>
    failureAlert(
      new SettlementStuck(
        { code: "ROLLED_BACK", why: "service production/web: rolled back", remedy: "Deploy." },
        "app",
        oldWorks,
      ),
      { ...place, task },
    );

  it("is no outage while both credentials work", () => {
    const { subject, text, event } = alert(true);
    expect(subject).toBe("[error] settlement is stuck (ROLLED_BACK): app");
    expect(text).toContain(
      "so its old credential still works: service production/web: rolled back.\n",
    );
    expect(text).toContain("Is production safe: yes: both credentials work.");
    expect(text).toMatch(/What Quarterturn does next: it rechecks every five minutes/);
    expect(event).toMatchObject({ kind: "settlement-failed", productionSafe: true });
  });

  it("is critical where the old one is dead already", () => {
    const { subject, text, event } = alert(false);
    expect(subject).toMatch(/^\[critical\] /);
    expect(text).toContain("Is production safe: NO.");
    expect(text).not.toContain("still works");
    expect(event).toMatchObject({ productionSafe: false });
  });
});

describe("a rotation that Secrets Manager tells of", () => {
  const watched = (error: RotationError, more: Partial<Task> = {}) => {
    const failedLog = "/aws/lambda/rotate-database";
    const task = { kind: "unreported", secret: "app", step: "setSecret", token, ...more } as const;
    const logGroup = "/aws/lambda/watch";
    return failureAlert(error, { ...place, logGroup, task: { failedLog, ...task } });
  };

  it("failed, and the log to look at is that of the function that rotates, in full", async () => {
    const alert = watched(new RotationFailed("app", "setSecret"));
    expect(alert.subject).toBe("[error] rotation failed without a report (ROTATION_FAILED): app");
    expect(alert.text).toContain("Is production safe: yes, as far as can be seen from outside");
    expect(alert.text).toContain(
      `Where the log is: /aws/lambda/rotate-database; for this alert itself: /aws/lambda/watch, request ${requestId}.`,
    );
    const region = ["--region", "eu-central-1"];
    expect(await called(alert)).toEqual([
      ["secretsmanager", "describe-secret", "--secret-id", "app", ...region],
      ["logs", "tail", "/aws/lambda/rotate-database", "--since", "2h", ...region],
      ["secretsmanager", "rotate-secret", "--secret-id", "app", ...region],
    ]);
    expect(alert.event).toMatchObject({ kind: "rotation-failed", productionSafe: true, token });
  });

  it("may have stopped inside a switch: that is critical", () => {
    const { subject, sms, text } = watched(new SwitchInterrupted("app", "finishSecret"));
    expect(subject).toMatch(
      /^\[critical\] rotation failed without a report \(SWITCH_INTERRUPTED\)/,
    );
    expect(sms).toContain("NOT SAFE: logins may fail.");
    expect(text).toContain("Do not remove AWSPENDING");
  });

  it("was given up, and nothing repeats it", () => {
    const { event } = watched(new RotationAbandoned("app"), { kind: "abandoned" });
    expect(event).toMatchObject({ kind: "rotation-abandoned", productionSafe: false });
    expect(event["next"]).toMatch(/^nothing until the next rotation/);
  });
});

describe("the test alert", () => {
  it("fits and says that nothing has happened", () => {
    const environment = "Prüfung ".repeat(40);
    const { subject, sms, text, event, attributes } = testAlert({ ...place, environment });
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
    expect(sms).toMatch(/^[\x20-\x7e]{1,140}$/);
    expect(text).toContain("Nothing has happened");
    expect(event).toMatchObject({ kind: "test", ...attributes });
  });
});
