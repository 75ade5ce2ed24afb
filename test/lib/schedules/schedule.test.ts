import { beforeEach, describe, expect, it } from "vitest";
import { MemoryInProcess } from "../../../lab/memory.ts";
import type { Context } from "../../../lib/context/context.ts";
import type { Manifest, SecretEntry } from "../../../lib/manifest/manifest.ts";
import { type SchedulePorts, schedule } from "../../../lib/schedules/schedule.ts";
import type { Answer } from "../../../lib/schedules/summary.ts";
import { contextFor } from "../../context.ts";
import { FakeSchedules, failed } from "./fake-schedules.ts";

const rotators = {
  network: "arn:f:q-production-rotate-database",
  internet: "arn:f:q-production-rotate-api-key",
};
const second = 1000;
const hour = 3600 * second;

let store: FakeSchedules;
let memory: MemoryInProcess;
let answers: Answer[];
let followUps: object[];
let told: string[];
let now: number;
let manifest: Manifest;
let abort: AbortController;

beforeEach(() => {
  store = new FakeSchedules();
  memory = new MemoryInProcess();
  [answers, followUps, told] = [[], [], []];
  now = Date.parse("2026-11-29T12:00:00Z");
  abort = new AbortController();
});

const entry = (place: SecretEntry["place"] = "network"): SecretEntry => ({
  schedule: { expression: "rate(90 days)" },
  consumers: {},
  grace: 0,
  deadline: 0,
  credentials: [],
  place,
});

/** Of these secrets. */
function named(...names: readonly string[]): Manifest {
  const secrets = Object.fromEntries(names.map((name) => [name, entry()]));
  return { stage: "production", secrets, exempt: [] };
}

const stackEvent = (RequestType: string) => ({
  RequestType,
  ResponseURL: "https://cloudformation.example/answer",
  StackId: "arn:stack",
  RequestId: "1",
  LogicalResourceId: "Schedules",
});

function run(event: object, more: Partial<SchedulePorts> = {}) {
  const ports: SchedulePorts = {
    store,
    memory,
    manifest,
    rotators,
    stack: { answer: async (_, answer) => void answers.push(answer) },
    goOn: async (followUp) => void followUps.push(followUp),
    ...more,
  };
  const context: Context = contextFor({
    now: () => new Date(now),
    sleep: async (ms) => {
      now += ms;
    },
    signal: abort.signal,
    report: async (news) => {
      const code = news.status === "over" ? news.problem.kind : news.error.code;
      told.push(`${news.status} ${code} ${news.task?.secret}`);
      return "told";
    },
  });
  return schedule(event, ports, context);
}

const wanted = { functionArn: rotators.network, expression: "rate(90 days)" };
const on = { isOn: true, ...wanted };
const off = { isOn: false, ...wanted };

describe("a deployment", () => {
  it("sets what differs and leaves the rest, tells nobody, and answers", async () => {
    manifest = named("new", "same", "changed");
    store.add("new");
    store.add("same", { rotation: on });
    store.add("changed", { rotation: { ...on, expression: "rate(30 days)" } });
    store.add("foreign", { rotation: { isOn: true, functionArn: "arn:f:theirs" } });
    await run(stackEvent("Update"));
    expect(store.changes.toSorted()).toEqual(["set changed", "set new"]);
    for (const { name, rotation } of store.secrets.values())
      if (name !== "foreign") expect(rotation).toEqual({ ...on, duration: undefined });
    expect(told).toEqual([]);
    expect(answers).toEqual([
      {
        status: "SUCCESS",
        summary: "Schedules: 1 already as the manifest says; 2 set; 0 switched off.",
      },
    ]);
  });

  it("repeated changes nothing", async () => {
    manifest = named("one", "two");
    store.add("one");
    store.add("two");
    await run(stackEvent("Create"));
    store.calls.length = 0;
    await run(stackEvent("Update"));
    expect(store.calls).toEqual(["list"]);
  });

  it("does not undo an emergency's CancelRotateSecret, whatever changes, until somebody switches it on", async () => {
    manifest = named("suspended", "other");
    const suspended = store.add("suspended", { rotation: off });
    store.add("other");
    await run(stackEvent("Update"));
    expect(store.changes).toEqual(["set other"]);
    expect(answers[0]?.summary).toContain("1 switched off by hand and left so (suspended)");
    const changed = { ...entry(), schedule: { expression: "rate(30 days)" } };
    manifest = { ...manifest, secrets: { ...manifest.secrets, suspended: changed } };
    await run(stackEvent("Update"));
    suspended.rotation = { ...off, expression: "rate(10 days)" };
    for (let hours = 0; hours < 3; hours += 1) await run({});
    expect(store.changes).toEqual(["set other"]);
    suspended.rotation = { ...suspended.rotation, isOn: true };
    await run({});
    expect(store.changes).toEqual(["set other", "set suspended"]);
    expect(suspended.rotation).toMatchObject({ isOn: true, expression: "rate(30 days)" });
  });

  it("sets none for a secret that holds only what people make, and ends what there is", async () => {
    const traits = { oldWorksBeside: true, changesUsername: false, switches: false };
    const made = { type: "supplied", strategy: "supply", traits, supply: { field: "api_key" } };
    const { supply: _, ...rotated } = made;
    const secrets = {
      supplied: { ...entry(), credentials: [made] },
      mixed: { ...entry(), credentials: [made, rotated] },
      was: { ...entry(), credentials: [made] },
      theirs: { ...entry(), credentials: [made] },
      absent: { ...entry(), credentials: [made] },
    };
    manifest = { ...named(), secrets };
    store.add("supplied", { unsettled: "v1" });
    store.add("mixed");
    const was = store.add("was", { rotation: on, unsettled: "v1" });
    store.add("theirs", { rotation: { isOn: true, functionArn: "arn:f:theirs" } });
    await run(stackEvent("Update"));
    expect(store.changes).toEqual(expect.arrayContaining(["set mixed", "mark was", "cancel was"]));
    expect(store.changes).toHaveLength(3);
    await run({});
    expect(store.changes).toHaveLength(3);
    expect(told).toEqual([]);
    expect(answers[0]?.status).toBe("SUCCESS");

    manifest = { ...named(), secrets: { was: entry() } };
    await run(stackEvent("Update"));
    expect(was.rotation).toMatchObject(wanted);
    expect(was.rotation?.isOn).toBe(true);
  });

  it("tells that the schedule of such a secret was not ended", async () => {
    const traits = { oldWorksBeside: true, changesUsername: false, switches: false };
    const made = { type: "supplied", strategy: "supply", traits, supply: { field: "api_key" } };
    manifest = { ...named(), secrets: { app: { ...entry(), credentials: [made] } } };
    store.add("app", { rotation: on });
    store.failures.set("cancel app", failed("CancelRotateSecret"));
    await run(stackEvent("Update"));
    expect(told).toEqual(["begun SCHEDULE_NOT_ENDED app"]);
  });

  it("ends the schedule of a secret that left the manifest, and sets it again when it comes back", async () => {
    const secret = store.add("app", { rotation: on });
    manifest = named();
    await run(stackEvent("Update"));
    expect(store.changes).toEqual(["mark app", "cancel app"]);
    expect(secret).toMatchObject({ rotation: off, mark: "off" });
    manifest = named("app");
    await run(stackEvent("Update"));
    expect(secret.rotation).toMatchObject(on);
    expect(secret.mark).toBeUndefined();
  });

  it("tells of a secret that leaves the manifest unsettled, until its old credential is gone", async () => {
    const secret = store.add("app", { rotation: on, unsettled: "v1" });
    store.add("theirs", {
      rotation: { ...on, functionArn: "arn:f:q-staging-rotate-database" },
      unsettled: "v1",
    });
    manifest = named();
    await run(stackEvent("Update"));
    expect(store.changes).toEqual(["mark app", "cancel app"]);
    for (let hours = 0; hours < 3; hours += 1) {
      now += hour;
      await run({});
    }
    expect(told).toEqual(["begun LEFT_UNSETTLED app"]);
    secret.unsettled = undefined;
    await run({});
    expect(told.slice(1)).toEqual(["over LEFT_UNSETTLED app"]);
  });

  it("ends it also where the secret has no room for a tag", async () => {
    store.add("app", { rotation: on });
    store.failures.set("mark app", failed("TagResource", "LimitExceededException"));
    manifest = named();
    await run(stackEvent("Update"));
    expect(store.changes).toEqual(["mark app", "cancel app"]);
    expect(told).toEqual([]);
  });

  it("over RotationSchedules of CloudFormation heals what CloudFormation switches off at its end", async () => {
    const secret = store.add("app", { rotation: on });
    const suspended = store.add("suspended", { rotation: off });
    manifest = named("app", "suspended");
    await run(stackEvent("Create"));
    secret.rotation = off;
    now += hour;
    await run({});
    expect(secret.rotation).toMatchObject(on);
    expect(suspended.rotation).toEqual(off);
    now += 24 * hour;
    secret.rotation = off;
    await run({});
    expect(secret.rotation).toEqual(off);
  });

  it("over RotationSchedules heals also those that it changes", async () => {
    const rotation = { ...on, expression: "rate(30 days)" };
    const secret = store.add("app", { rotation });
    manifest = named("app");
    await run(stackEvent("Create"));
    expect(secret.rotation).toMatchObject(on);
    secret.rotation = off;
    now += hour;
    await run({});
    expect(secret).toMatchObject({ rotation: on, mark: undefined });
  });

  it("over RotationSchedules heals none that a person switched off and untagged", async () => {
    const secret = store.add("app", { rotation: on });
    manifest = named("app");
    await run(stackEvent("Create"));
    expect(secret.mark).toBeDefined();
    [secret.rotation, secret.mark] = [off, undefined];
    for (let hours = 0; hours < 3; hours += 1) await run({});
    expect(secret.rotation).toEqual(off);
  });

  it("over RotationSchedules heals once: what a person switches off afterwards stays off", async () => {
    const secret = store.add("app", { rotation: on });
    manifest = named("app");
    await run(stackEvent("Create"));
    secret.rotation = off;
    await run({});
    expect(secret.rotation).toMatchObject(on);
    secret.rotation = off;
    await run({});
    expect(secret.rotation).toEqual(off);
  });

  it("harms no other secret where one fails, and tells of that one by name, once, and when it is over", async () => {
    manifest = named("bad", "good", "worse");
    for (const name of Object.keys(manifest.secrets)) store.add(name);
    store.failures.set("set bad", failed("RotateSecret"));
    store.failures.set("describe worse", failed("DescribeSecret"));
    await run(stackEvent("Update"));
    expect(store.changes).toContain("set good");
    expect(told.toSorted()).toEqual(["begun SCHEDULE_NOT_SET bad", "begun SCHEDULE_NOT_SET worse"]);
    expect(answers[0]).toMatchObject({
      status: "SUCCESS",
      summary: expect.stringContaining("2 failed (bad, worse)"),
    });
    now += hour;
    await run({});
    expect(told).toHaveLength(2);
    store.failures.delete("set bad");
    now += hour;
    await run({});
    expect(told.slice(2)).toEqual(["over SCHEDULE_NOT_SET bad"]);
  });

  it("does not tell of what passes by the next hour, and tells of what does not", async () => {
    manifest = named("busy");
    store.add("busy");
    const incomplete = failed("RotateSecret", "InvalidRequestException", true);
    store.failures.set("set busy", incomplete);
    await run(stackEvent("Update"));
    expect(told).toEqual([]);
    now += hour;
    await run({});
    expect(told).toEqual(["begun SCHEDULE_NOT_SET busy"]);
  });

  it("takes a schedule that somebody set at the same moment for set", async () => {
    manifest = named("app");
    const secret = store.add("app");
    store.failures.set("set app", failed("RotateSecret", "InvalidRequestException", true));
    store.before = (call) => {
      if (call === "set app") secret.rotation = on;
    };
    await run(stackEvent("Update"));
    expect(answers[0]?.summary).toContain("1 set");
    expect(told).toEqual([]);
  });

  it("names at most ten of many, and the number of the others, however often it is repeated", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `app-${index}`);
    manifest = named(...names);
    for (const name of names) {
      store.add(name);
      store.failures.set(`set ${name}`, failed("RotateSecret"));
    }
    for (let round = 0; round < 3; round += 1) {
      await run(round === 0 ? stackEvent("Update") : {});
      now += hour;
    }
    expect(told.filter((text) => text.startsWith("begun SCHEDULE_NOT_SET app-"))).toHaveLength(10);
    expect(told.filter((text) => text.includes("SCHEDULES_NOT_SET"))).toEqual([
      "begun SCHEDULES_NOT_SET all secrets",
    ]);
    expect(told).toHaveLength(11);
    store.failures.clear();
    await run({});
    expect(told.slice(11).every((text) => text.startsWith("over "))).toBe(true);
    expect(told).toHaveLength(22);
  });

  it("tolerates secrets that are not there, to be deleted, or rotated by AWS or another stack", async () => {
    manifest = named("absent", "deleted", "managed", "theirs", "good");
    store.add("deleted", { isDeleted: true });
    store.add("managed", { isManaged: true });
    const functionArn = "arn:f:q-staging-rotate-database";
    store.add("theirs", { rotation: { ...on, functionArn } });
    store.add("good");
    await run(stackEvent("Create"));
    expect(store.changes).toEqual(["set good"]);
    expect(told.toSorted()).toEqual([
      "begun OTHER_STACK_ROTATES theirs",
      "begun SCHEDULE_MANAGED managed",
    ]);
    const { summary } = answers[0] ?? {};
    expect(summary).toContain("1 not there yet (absent)");
    expect(summary).toContain("1 scheduled for deletion (deleted)");
    store.add("absent");
    now += hour;
    await run({});
    expect(store.changes).toEqual(["set good", "set absent"]);
  });

  it("believes DescribeSecret where ListSecrets lags behind", async () => {
    manifest = named("app");
    store.listed = [store.add("app")];
    store.secrets.set(store.listed[0]?.arn ?? "", { ...store.add("app"), rotation: on });
    await run(stackEvent("Update"));
    expect(store.changes).toEqual([]);
  });

  it("waits for the rights of a new role, and answers also if they never come", async () => {
    manifest = named("app");
    store.add("app");
    store.failures.set("list", failed("ListSecrets"));
    store.before = () => {
      if (store.calls.length === 3) store.failures.clear();
    };
    await run(stackEvent("Create"));
    expect(store.changes).toEqual(["set app"]);
    store.before = () => {};
    store.failures.set("list", failed("ListSecrets"));
    await run(stackEvent("Update"));
    expect(answers[1]).toMatchObject({
      status: "SUCCESS",
      summary: expect.stringContaining("ListSecrets"),
    });
    expect(told).toEqual(["begun SCHEDULES_UNSEEN all secrets"]);
  });
});

describe("many secrets", () => {
  it("are set at a pace, five a second", async () => {
    const names = Array.from({ length: 50 }, (_, index) => `app-${index}`);
    manifest = named(...names);
    for (const name of names) store.add(name);
    const began = now;
    await run(stackEvent("Create"));
    expect(store.changes).toHaveLength(50);
    expect(now - began).toBe(49 * 200);
  });

  it("that take longer than an invocation are gone on with by another, which answers", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `app-${index}`);
    manifest = named(...names);
    for (const name of names) store.add(name);
    store.before = () => {
      if (store.changes.length === 12) abort.abort();
    };
    await run(stackEvent("Create"));
    expect(answers).toEqual([]);
    expect(followUps).toHaveLength(1);
    store.before = () => {};
    abort = new AbortController();
    const [next = {}] = followUps;
    await run(JSON.parse(JSON.stringify(next)));
    expect(answers).toHaveLength(1);
    expect(followUps).toHaveLength(1);
    const set = store.changes.filter((call) => call.startsWith("set "));
    expect(new Set(set).size).toBe(30);
    expect([...store.secrets.values()].every(({ rotation }) => rotation?.isOn)).toBe(true);
  });

  it("over RotationSchedules are marked before anything is set, and what is set is not marked", async () => {
    const names = Array.from({ length: 30 }, (_, index) => `app-${index}`);
    manifest = named(...names);
    for (const [index, name] of names.entries())
      store.add(name, index < 10 ? { rotation: on } : {});
    let request: object = stackEvent("Create");
    for (let round = 0; round < 10; round += 1) {
      abort = new AbortController();
      const begun = store.changes.length;
      store.before = () => {
        if (store.changes.length === begun + 6) abort.abort();
      };
      await run(request);
      [request = {}] = followUps.splice(0);
      if (answers.length > 0) break;
    }
    const { changes } = store;
    expect(changes.slice(0, 10).toSorted()).toEqual(
      names.slice(0, 10).map((name) => `mark ${name}`),
    );
    expect(changes.slice(10).toSorted()).toEqual(
      names
        .slice(10)
        .map((name) => `set ${name}`)
        .toSorted(),
    );
  });

  it("that take longer than CloudFormation waits are answered, and are left to the next hours", async () => {
    manifest = named("app");
    store.add("app");
    store.before = () => abort.abort();
    const followUp = {
      stack: {
        type: "Create",
        responseUrl: "https://x/",
        stackId: "s",
        requestId: "1",
        logicalResourceId: "S",
      },
      since: now - 46 * 60 * second,
      round: 3,
    };
    await run({ followUp });
    expect(followUps).toEqual([]);
    expect(answers).toMatchObject([
      { status: "SUCCESS", summary: expect.stringContaining("the rest not reached") },
    ]);
  });

  it("are answered for where nobody can be asked to go on", async () => {
    manifest = named("app");
    store.add("app");
    store.before = () => abort.abort();
    await run(stackEvent("Update"), {
      goOn: async () => {
        throw failed("Invoke");
      },
    });
    expect(answers).toHaveLength(1);
  });
});

describe("the removal of the stack", () => {
  it("switches off exactly the schedules of this stack, also of what its manifest does not name", async () => {
    manifest = named("app");
    store.add("app", { rotation: on });
    store.add("left", { rotation: { ...on, functionArn: rotators.internet } });
    store.add("off", { rotation: off });
    store.add("foreign", { rotation: { isOn: true, functionArn: "arn:f:theirs" } });
    await run(stackEvent("Delete"));
    expect(store.changes.filter((call) => call.startsWith("cancel")).toSorted()).toEqual([
      "cancel app",
      "cancel left",
    ]);
    expect(answers).toMatchObject([{ status: "SUCCESS" }]);
    // The same stack deployed again finds its schedules off, and sets them.
    await run(stackEvent("Create"));
    expect(store.changes.at(-2)).toBe("set app");
  });

  it("switches off also what was set so lately that ListSecrets does not show it", async () => {
    manifest = named("app");
    const secret = store.add("app");
    store.listed = [{ ...secret }];
    await run(stackEvent("Create"));
    expect(secret.rotation).toMatchObject(on);
    await run(stackEvent("Delete"));
    expect(secret.rotation).toMatchObject(off);
  });

  it("beside the creation that it cancels leaves nothing switched on", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `app-${index}`);
    manifest = named(...names);
    for (const name of names) store.add(name);
    const creation = run(stackEvent("Create"));
    while (store.changes.length < 10) await Promise.resolve();
    await Promise.all([creation, run(stackEvent("Delete"))]);
    expect([...store.secrets.values()].filter(({ rotation }) => rotation?.isOn)).toEqual([]);
    expect(answers.at(-1)).toMatchObject({ status: "SUCCESS" });
  });

  it("does not wait for settlement, which goes with it, but tells of what stays alive", async () => {
    manifest = named("app");
    store.add("app", { rotation: on, unsettled: "v1" });
    await run(stackEvent("Delete"));
    expect(told).toEqual(["begun LEFT_UNSETTLED app"]);
    expect(answers).toMatchObject([
      { status: "SUCCESS", summary: expect.stringContaining("before they were settled (app)") },
    ]);
  });

  it("that runs out of time goes on in another invocation", async () => {
    manifest = named("app");
    store.add("app", { rotation: on });
    store.before = (call) => {
      if (call === "cancel app") abort.abort();
    };
    await run(stackEvent("Delete"));
    expect(answers).toEqual([]);
    expect(followUps).toHaveLength(1);
  });

  it("stops where a schedule would be left that calls a function that is gone", async () => {
    manifest = named();
    store.add("app", { rotation: on });
    store.failures.set("cancel app", failed("CancelRotateSecret"));
    await run(stackEvent("Delete"));
    expect(answers).toMatchObject([{ status: "FAILED", reason: expect.stringContaining("(app)") }]);
    expect(told).toEqual(["begun SCHEDULE_NOT_ENDED app"]);
  });
});

describe("a request", () => {
  it.each([
    [{ ...stackEvent("Create"), RequestType: "Remove" }, "RequestType is unknown"],
    [{ ...stackEvent("Create"), ResponseURL: "no" }, "ResponseURL is not a URL"],
    [{ ...stackEvent("Create"), StackId: undefined }, "StackId is missing"],
  ])("that is not CloudFormation's is refused %#", async (event, problem) => {
    manifest = named();
    await expect(run(event)).rejects.toThrow(problem);
  });
});
