import { describe, expect, it } from "vitest";
import type { Domain } from "../../../lib/alerts/memory.ts";
import type { StandingProblem } from "../../../lib/alerts/problem.ts";
import { problem } from "../../contracts/problem-memory.ts";
import { arnOf, day, denied, hour, WatchedAccount } from "./watched-account.ts";

const remember = (account: WatchedAccount, domain: Domain, ...problems: StandingProblem[]) =>
  account.memory.write({ secret: arnOf("app"), domain, problems }, AbortSignal.timeout(60_000));

const last = (step: string, token = "v2") =>
  ({ kind: "rotation", step, token, at: new Date() }) as const;

const overdue = (account: WatchedAccount) => ({ nextRotationAt: new Date(account.now - 2 * day) });
const switching = new Map([
  ["v1", ["AWSCURRENT", "RETIRING"]],
  ["v2", ["AWSPENDING", "PREPARED"]],
]);

describe("the hourly look", () => {
  it("of secrets with which nothing is wrong tells nothing, describes nothing and writes nothing", async () => {
    const account = new WatchedAccount("app", "web");
    account.failing.set("describe", denied("describe")).set("remember", denied("remember"));
    for (let n = 0; n < 24; n += 1) expect(await account.look()).toEqual([]);
    expect(account.figures).toMatchObject({
      states: { settled: 2, overdue: 0 },
      daysSinceRotation: 10,
      unsettledSeconds: 0,
    });
  });

  it("tells each problem when it begins, when it is over, when it comes back, and nothing in between", async () => {
    const account = new WatchedAccount("app", "web");
    account.put("app", { rotationEnabled: false });
    expect(await account.look()).toEqual(["begun ROTATION_OFF app"]);
    for (let n = 0; n < 30; n += 1) expect(await account.look()).toEqual([]);
    expect(account.figures?.states).toMatchObject({ off: 1, settled: 1 });
    account.put("app", { rotationEnabled: true });
    expect(await account.look()).toEqual(["over ROTATION_OFF app"]);
    expect(await account.remembered(arnOf("app"))).toEqual([]);
    account.put("app", { rotationEnabled: false });
    expect(await account.look()).toEqual(["begun ROTATION_OFF app"]);
  });

  it("believes ListSecrets only after DescribeSecret, which is fresher", async () => {
    const account = new WatchedAccount("app", "web");
    account.listed.set("app", { ...account.secrets.get("app"), rotationEnabled: false } as never);
    account.listed.set("web", undefined);
    expect(await account.look()).toEqual([]);
    account.put("app", { rotationEnabled: false });
    account.listed.clear();
    expect(await account.look()).toEqual(["begun ROTATION_OFF app"]);
    account.listed.set("app", { ...account.secrets.get("app"), rotationEnabled: true } as never);
    expect(await account.look()).toEqual([]);
  });

  it("tells of AWSPENDING that is left at the second look, and not where a rotation was under way", async () => {
    const account = new WatchedAccount("app");
    const pending = (id: string) =>
      new Map([
        ["v1", ["AWSCURRENT"]],
        [id, ["AWSPENDING"]],
      ]);
    account.put("app", { versions: pending("v2") });
    expect(await account.look()).toEqual([]);
    account.put("app", { versions: pending("v3") });
    expect(await account.look()).toEqual([]);
    // Lambda repeats a look that failed, within minutes.
    account.now -= hour - 60_000;
    expect(await account.look()).toEqual([]);
    expect(await account.look()).toEqual(["begun PENDING_STUCK (v3) app"]);
    account.put("app", { versions: new Map([["v1", ["AWSCURRENT"]]]) });
    expect(await account.look()).toEqual(["over PENDING_STUCK (v3) app"]);
  });

  it("tells of AWSPENDING that is left, and not also that nothing rotates while it is there", async () => {
    const account = new WatchedAccount("app");
    const left = (id: string) =>
      new Map([
        ["v1", ["AWSCURRENT"]],
        [id, ["AWSPENDING"]],
      ]);
    account.put("app", { versions: left("v2"), ...overdue(account) });
    const told: string[] = [];
    for (let n = 0; n < 4; n += 1) told.push(...(await account.look()));
    expect(told).toEqual(["begun PENDING_STUCK (v2) app"]);
    account.put("app", { versions: new Map([["v1", ["AWSCURRENT"]]]) });
    expect(await account.look()).toEqual([
      "begun ROTATION_OVERDUE app",
      "over PENDING_STUCK (v2) app",
    ]);
  });

  it("tells that it is overdue where each look finds another AWSPENDING", async () => {
    const account = new WatchedAccount("app");
    const told: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      const versions = new Map([
        ["v1", ["AWSCURRENT"]],
        [`v${n + 2}`, ["AWSPENDING"]],
      ]);
      account.put("app", { versions, ...overdue(account) });
      told.push(...(await account.look()));
    }
    expect(told).toEqual(["begun ROTATION_OVERDUE app"]);
  });

  it("tells that a rotation was cancelled by hand, and its AWSPENDING only once it is on again", async () => {
    const account = new WatchedAccount("app");
    const versions = new Map([
      ["v1", ["AWSCURRENT"]],
      ["v2", ["AWSPENDING", "PREPARED"]],
    ]);
    account.put("app", { rotationEnabled: false, versions });
    const told: string[] = [];
    for (let n = 0; n < 4; n += 1) told.push(...(await account.look()));
    expect(told).toEqual(["begun ROTATION_OFF app"]);
    account.put("app", { rotationEnabled: true });
    expect(await account.look()).toEqual(["over ROTATION_OFF app"]);
    for (let n = 0; n < 2; n += 1) told.push(...(await account.look()));
    expect(told.slice(1)).toEqual(["begun PENDING_STUCK (v2) app"]);
  });

  it("tells of a secret that is deleted, restored, and gone; and of one that nobody made", async () => {
    const account = new WatchedAccount("app");
    account.manifest = {
      ...account.manifest,
      secrets: {
        ...account.manifest.secrets,
        typo: account.entry(),
        [arnOf("web")]: account.entry(),
      },
    };
    expect(await account.look()).toEqual(["begun SECRET_MISSING typo", "begun SECRET_MISSING web"]);
    account.put("web");
    account.put("app", { deletedAt: new Date(account.now + day) });
    expect(await account.look()).toEqual(["begun SECRET_DELETED app", "over SECRET_MISSING web"]);
    account.put("app", { deletedAt: undefined });
    expect(await account.look()).toEqual(["over SECRET_DELETED app"]);
    account.secrets.delete("app");
    expect(await account.look()).toEqual(["begun SECRET_MISSING app"]);
    account.put("app");
    expect(await account.look()).toEqual(["over SECRET_MISSING app"]);
    const { app } = account.manifest.secrets;
    account.manifest = { ...account.manifest, secrets: app ? { app } : {} };
    expect(await account.look()).toEqual(["over SECRET_MISSING typo"]);
  });

  it("tells of an exemption whose last day is over", async () => {
    const account = new WatchedAccount();
    const exempt = [{ secret: "legacy", reason: "waits for its vendor", until: "2026-06-01" }];
    account.manifest = { ...account.manifest, exempt };
    for (let n = 0; n < 12; n += 1) expect(await account.look()).toEqual([]);
    expect(await account.look()).toEqual(["begun EXEMPTION_EXPIRED legacy"]);
    account.manifest = { ...account.manifest, exempt: [] };
    expect(await account.look()).toEqual(["over EXEMPTION_EXPIRED legacy"]);
  });

  it("prints the command that cures it", async () => {
    const account = new WatchedAccount("app");
    account.answers.set("app", { current: "refused", version: "v1", accepted: "v0" });
    for (let n = 0; n < 24; n += 1) await account.look();
    expect(account.texts).toEqual([
      expect.stringMatching(/AWSCURRENT of app is refused.*Version v0/),
    ]);
  });
});

describe("what others have told", () => {
  it.each<[string, Domain, Partial<StandingProblem>]>([
    ["a failure of the rotation, told by its function", "rotation", { kind: "UNREACHABLE" }],
    ["one that only Secrets Manager reported", "watch", { kind: "ROTATION_FAILED" }],
  ])("covers that it is overdue, until it is over: %s", async (_, domain, failure) => {
    const account = new WatchedAccount("app");
    account.put("app", overdue(account));
    await remember(account, domain, problem({ ...failure, last: last("setSecret") }));
    for (const __ of [1, 2]) expect(await account.look()).toEqual([]);
    await remember(account, domain);
    expect(await account.look()).toEqual(["begun ROTATION_OVERDUE app"]);
    // What was told stands, whatever is told beside it.
    await remember(account, domain, problem({ ...failure, last: last("setSecret") }));
    expect(await account.look()).toEqual([]);
    account.put("app", { nextRotationAt: new Date(account.now + day) });
    expect(await account.look()).toEqual(["over ROTATION_OVERDUE app"]);
  });

  it("covers that rotation is off: its schedule was not set, or those of many secrets", async () => {
    const account = new WatchedAccount("app", "web", "suspended");
    const never = { rotationEnabled: undefined, rotationFunction: undefined };
    account.put("app", never);
    account.put("web", never);
    account.put("suspended", { rotationEnabled: false });
    await remember(account, "schedules", problem({ kind: "SCHEDULE_NOT_SET" }));
    const whole = { secret: "all secrets", domain: "schedules" } as const;
    const problems = [problem({ kind: "SCHEDULES_NOT_SET" })];
    await account.memory.write({ ...whole, problems }, AbortSignal.timeout(60_000));
    expect(await account.look()).toEqual(["begun ROTATION_OFF suspended"]);
    for (const _ of [1, 2]) expect(await account.look()).toEqual([]);
    await account.memory.write({ ...whole, problems: [] }, AbortSignal.timeout(60_000));
    expect(await account.look()).toEqual([]);
    expect(await account.look()).toEqual(["begun ROTATION_OFF web"]);
  });

  it("does not cover what it does not say: a parameter that drifts, what was only noted", async () => {
    const account = new WatchedAccount("app");
    account.put("app", overdue(account));
    await remember(account, "settlement", problem({ kind: "PARAMETER_DRIFT" }));
    await remember(account, "rotation", problem({ told: false, last: last("setSecret") }));
    expect(await account.look()).toEqual(["begun ROTATION_OVERDUE app"]);
  });

  it("covers what settlement waits for, and the same problem under the same key", async () => {
    const account = new WatchedAccount("app", "web");
    const versions = new Map([
      ["v1", ["AWSPREVIOUS", "RETIRING"]],
      ["v2", ["AWSCURRENT"]],
    ]);
    account.put("app", { versions });
    account.put("web", { versions });
    await remember(account, "settlement", problem({ kind: "ROLLED_BACK" }));
    expect(await account.look()).toEqual(["begun SETTLEMENT_OVERDUE web"]);
    await remember(account, "settlement", problem({ kind: "SECRET_DELETED", subject: "" }));
    account.put("app", { deletedAt: new Date(account.now + day) });
    expect(await account.look()).toEqual([]);
  });
});

describe("AWSCURRENT of each secret", () => {
  const names = Array.from({ length: 200 }, (_, n) => `app/${n}`);

  it("is tried once a day, in batches, about as many in each hour", async () => {
    const account = new WatchedAccount(...names);
    for (let n = 0; n < 24; n += 1) await account.look();
    expect(account.probed.flat().toSorted()).toEqual(names.toSorted());
    expect(Math.max(...account.probed.map(({ length }) => length))).toBeLessThan(25);
  });

  it("is not tried before a function of ours is set to rotate it: it may not be read then", async () => {
    const account = new WatchedAccount("app", "web");
    account.put("app", { rotationEnabled: undefined, rotationFunction: undefined });
    account.put("web", { rotationEnabled: false, rotationFunction: "arn:f:other" });
    for (let n = 0; n < 24; n += 1) await account.look();
    expect(account.probed).toEqual([]);
  });

  it("that is refused is told once, tried every hour, and told when it is accepted", async () => {
    const account = new WatchedAccount("app");
    account.answers.set("app", { current: "refused", version: "v1", credential: "user app" });
    const told: string[] = [];
    for (let n = 0; n < 30; n += 1) told.push(...(await account.look()));
    expect(told).toEqual(["begun CURRENT_DRIFTED app"]);
    expect(account.probed.length).toBeGreaterThan(6);
    account.answers.set("app", { current: "unknown" });
    expect(await account.look()).toEqual([]);
    account.answers.clear();
    expect(await account.look()).toEqual(["over CURRENT_DRIFTED app"]);
  });

  it("that cannot be tried is told where it stays so: not of a server that does not answer", async () => {
    const account = new WatchedAccount("app", "web");
    account.answers.set("app", { current: "unknown", error: denied("GetSecretValue") });
    account.answers.set("web", { current: "unknown", error: denied("connect", true) });
    const told: string[] = [];
    for (let n = 0; n < 24; n += 1) told.push(...(await account.look()));
    expect(told).toEqual(["begun AWS_CALL_FAILED (GetSecretValue x) app"]);
  });
});

describe("AWSCURRENT that is refused is told whatever else is true of the secret", () => {
  const refused = { current: "refused", version: "v1", credential: "user app" } as const;

  /** Those of a day, from the first look at the server on. */
  async function tellsOf(account: WatchedAccount): Promise<string[]> {
    const told: string[] = [];
    for (let n = 0; n < 26; n += 1) told.push(...(await account.look()));
    return told;
  }

  it.each<[string, Domain, Partial<StandingProblem>]>([
    ["a rotation failed, and production is safe", "rotation", { kind: "UNREACHABLE" }],
    ["a step that only tested it failed", "watch", { kind: "TEST_ROTATION_FAILED" }],
    [
      "consumers that hold the old password fail",
      "settlement",
      { kind: "NOT_ROLLED", severity: "critical" },
    ],
  ])("%s", async (_, domain, told) => {
    const account = new WatchedAccount("app");
    account.answers.set("app", refused);
    await remember(account, domain, problem({ ...told, last: last("setSecret") }));
    expect(await tellsOf(account)).toEqual(["begun CURRENT_DRIFTED app"]);
  });

  it("AWSPENDING is left", async () => {
    const account = new WatchedAccount("app");
    account.answers.set("app", { ...refused, accepted: "v2" });
    const versions = new Map([
      ["v1", ["AWSCURRENT"]],
      ["v2", ["AWSPENDING", "PREPARED"]],
    ]);
    account.put("app", { versions });
    expect(await tellsOf(account)).toEqual([
      "begun PENDING_STUCK (v2) app",
      "begun CURRENT_DRIFTED app",
    ]);
  });

  it("a switch was under way, and is not: a look later", async () => {
    const account = new WatchedAccount("app");
    account.answers.set("app", { ...refused, mayPass: true });
    while (account.probed.length === 0) expect(await account.look()).toEqual([]);
    expect(await account.remembered(arnOf("app"))).toEqual(["CURRENT_DRIFTED?"]);
    expect(await account.look()).toEqual(["begun CURRENT_DRIFTED app"]);
  });

  it("a switch was under way, and ended: nothing", async () => {
    const account = new WatchedAccount("app");
    account.answers.set("app", { ...refused, mayPass: true });
    while (account.probed.length === 0) await account.look();
    account.answers.clear();
    expect(await tellsOf(account)).toEqual([]);
    expect(await account.remembered(arnOf("app"))).toEqual([]);
  });

  it.each<[Domain, Partial<StandingProblem>]>([
    ["rotation", { kind: "SWITCH_UNDECIDED" }],
    ["watch", { kind: "SWITCH_INTERRUPTED" }],
    ["settlement", { kind: "CURRENT_REFUSED" }],
    ["settlement", { kind: "CREDENTIALS_REFUSED" }],
  ])("but not twice: %s has told it as %o; then when that is over", async (domain, told) => {
    const account = new WatchedAccount("app");
    account.answers.set("app", refused);
    const outage = { ...told, severity: "critical", last: last("finishSecret") } as const;
    await remember(account, domain, problem(outage));
    expect(await tellsOf(account)).toEqual([]);
    await remember(account, domain);
    expect(await tellsOf(account)).toEqual(["begun CURRENT_DRIFTED app"]);
  });

  it("nor where the look itself finds the switch interrupted; at once when AWSPENDING is removed", async () => {
    const account = new WatchedAccount("app");
    account.manifest = { ...account.manifest, secrets: { app: account.entry(true) } };
    account.put("app", { versions: switching });
    account.answers.set("app", { ...refused, accepted: "v2", mayPass: true });
    expect(await tellsOf(account)).toEqual(["begun SWITCH_INTERRUPTED app"]);
    account.put("app", { versions: new Map([["v1", ["AWSCURRENT", "RETIRING"]]]) });
    account.answers.set("app", { ...refused, accepted: "v2" });
    expect(await account.look()).toEqual([
      "begun CURRENT_DRIFTED app",
      "over SWITCH_INTERRUPTED app",
    ]);
  });
});

describe("an in-place switch that was interrupted", () => {
  const interrupted = () => {
    const account = new WatchedAccount("app");
    account.manifest = { ...account.manifest, secrets: { app: account.entry(true) } };
    account.put("app", { versions: switching });
    return account;
  };

  it("is tried again at once, and told", async () => {
    const account = interrupted();
    expect(await account.look()).toEqual(["begun SWITCH_INTERRUPTED app"]);
    expect(account.retried).toEqual(["v2"]);
    expect(await account.look()).toEqual([]);
    expect(account.retried).toEqual(["v2", "v2"]);
  });

  it("is left alone where it was under way", async () => {
    const account = interrupted();
    const { sleep } = account.context();
    account.context = () => ({
      ...WatchedAccount.prototype.context.call(account),
      sleep: async (ms) => {
        account.put("app", { versions: new Map([["v2", ["AWSCURRENT"]]]) });
        await sleep(ms);
      },
    });
    expect(await account.look()).toEqual([]);
    expect(account.retried).toEqual([]);
  });

  it("is not tried where rotation was switched off, which RotateSecret would switch on", async () => {
    const account = interrupted();
    account.put("app", { rotationEnabled: false });
    expect(await account.look()).toEqual([
      "begun SWITCH_INTERRUPTED app",
      "begun ROTATION_OFF app",
    ]);
    expect(account.retried).toEqual([]);
  });

  it("is told where it cannot be tried", async () => {
    const account = interrupted();
    account.failing.set("retry", denied("secretsmanager:RotateSecret"));
    expect(await account.look()).toEqual(["begun SWITCH_INTERRUPTED app"]);
  });
});

describe("when AWS refuses", () => {
  it("ListSecrets: it is told once, each secret is described, and it is over when it is", async () => {
    const account = new WatchedAccount("app", "web");
    account.put("web", { rotationEnabled: false });
    account.failing.set("list", denied("secretsmanager:ListSecrets"));
    expect(await account.look()).toEqual([
      "begun ROTATION_OFF web",
      "begun AWS_CALL_FAILED (secretsmanager:ListSecrets x) all secrets",
    ]);
    expect(await account.look()).toEqual([]);
    account.failing.clear();
    expect(await account.look()).toEqual([
      "over AWS_CALL_FAILED (secretsmanager:ListSecrets x) all secrets",
    ]);
  });

  it.each(["list", "recall"])(
    "%s for now: it throws, so that Lambda repeats the look",
    async (call) => {
      const account = new WatchedAccount("app");
      account.put("app", { rotationEnabled: false });
      account.failing.set(call, denied(call, true));
      await expect(account.look()).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
      expect(account.figures).toBeUndefined();
      account.failing.clear();
      expect(await account.look()).toEqual(["begun ROTATION_OFF app"]);
    },
  );

  it("to describe a secret: that is told; for now: nothing is told, and nothing is over", async () => {
    const account = new WatchedAccount("app");
    account.put("app", { rotationEnabled: false });
    await account.look();
    account.failing.set("describe", denied("describe", true));
    account.put("app", { rotationEnabled: true });
    expect(await account.look()).toEqual([]);
    account.failing.set("describe", denied("describe"));
    account.put("app", overdue(account));
    expect(await account.look()).toEqual(["begun SECRET_UNSEEN app"]);
    account.failing.clear();
    expect(await account.look()).toEqual([
      "begun ROTATION_OVERDUE app",
      "over ROTATION_OFF app",
      "over SECRET_UNSEEN app",
    ]);
  });

  it("the memory, to read or to write: everything is told, again rather than never", async () => {
    for (const call of ["recall", "remember"]) {
      const account = new WatchedAccount("app");
      account.put("app", { rotationEnabled: false });
      account.failing.set(call, denied(`ssm:${call}`));
      for (const _ of [1, 2]) expect(await account.look()).toContain("begun ROTATION_OFF app");
    }
  });

  it("a memory that was deleted: it is told again", async () => {
    const account = new WatchedAccount("app");
    account.put("app", { rotationEnabled: false });
    await account.look();
    const gone = { secret: arnOf("app"), domain: "findings", problems: [] } as const;
    await account.memory.write(gone, AbortSignal.timeout(60_000));
    expect(await account.look()).toEqual(["begun ROTATION_OFF app"]);
  });

  it("the topic: it throws, tells the rest later, and counts as no look", async () => {
    const account = new WatchedAccount("app", "web");
    account.put("app", { rotationEnabled: false });
    account.failing.set("publish", denied("sns:Publish"));
    await expect(account.look()).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    expect(account.figures).toBeUndefined();
    account.failing.clear();
    expect(await account.look()).toEqual(["begun ROTATION_OFF app"]);
  });

  it("to try the servers: that is told once, and not over before one is tried", async () => {
    const account = new WatchedAccount("app");
    account.failing.set("probe", denied("lambda:InvokeFunction"));
    const told: string[] = [];
    for (let n = 0; n < 30; n += 1) told.push(...(await account.look()));
    expect(told).toEqual(["begun AWS_CALL_FAILED (lambda:InvokeFunction x) all secrets"]);
    account.failing.clear();
    for (let n = 0; n < 24; n += 1) told.push(...(await account.look()));
    expect(told).toContain("over AWS_CALL_FAILED (lambda:InvokeFunction x) all secrets");
  });
});

it("10,000 secrets are 110 requests at most", async () => {
  const account = new WatchedAccount(...Array.from({ length: 10_000 }, (_, n) => `app/${n}`));
  const requests: number[] = [];
  for (let n = 0; n < 24; n += 1) {
    account.requests = 0;
    expect(await account.look()).toEqual([]);
    requests.push(account.requests);
  }
  expect(Math.max(...requests)).toBeLessThanOrEqual(110);
  expect(account.probed.flat()).toHaveLength(10_000);
});
