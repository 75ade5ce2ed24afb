import { describe, expect, it } from "vitest";
import type { DeploymentFacts, ServiceFacts, TaskFacts } from "../../../lib/consumers/ecs/facts.ts";
import { decide } from "../../../lib/settlement/decide.ts";
import type { SettlementState } from "../../../lib/settlement/state.ts";

const hour = 3_600_000;
const promotedAt = new Date("2026-03-01T12:00:00Z");
const at = (minutes: number) => new Date(promotedAt.getTime() + minutes * 60_000);
const task = (minutes: number, more: Partial<TaskFacts> = {}): TaskFacts => ({
  id: `task${minutes}`,
  createdAt: at(minutes),
  ...more,
});
const deployment = (
  status: DeploymentFacts["status"],
  minutes = 1,
  reason?: string,
): DeploymentFacts => ({ id: "d1", createdAt: at(minutes), status, reason });
const references = [{ secret: "arn", where: "secrets DB of container web" }];
const service = (more: Partial<ServiceFacts> = {}): ServiceFacts => ({
  cluster: "production",
  name: "web",
  controller: "ECS",
  status: "ACTIVE",
  desiredCount: 2,
  references,
  deployments: [],
  tasks: [],
  ...more,
});

const versions = {
  rotated: [
    ["new", ["AWSCURRENT", "PREPARED"]],
    ["old", ["AWSPREVIOUS", "RETIRING"]],
  ],
  settled: [
    ["new", ["AWSCURRENT"]],
    ["old", ["AWSPREVIOUS"]],
  ],
  onCurrent: [
    ["new", ["AWSPENDING", "PREPARED"]],
    ["old", ["AWSCURRENT", "RETIRING"]],
  ],
  edited: [
    ["hand", ["AWSCURRENT"]],
    ["new", ["AWSPREVIOUS", "PREPARED"]],
    ["old", ["RETIRING"]],
  ],
  leaked: [
    ["leaked-1", ["AWSCURRENT", "PREPARED"]],
    ["old", ["RETIRING"]],
  ],
} as const;

type Change = Omit<Partial<SettlementState>, "secret"> & {
  versions?: keyof typeof versions;
  lastRotatedAt?: Date | undefined;
  currentCreatedAt?: Date | undefined;
};

function state(change: Change): SettlementState {
  const { versions: which = "rotated", lastRotatedAt, currentCreatedAt, ...rest } = change;
  return {
    now: at(10),
    consumers: [],
    standalone: [],
    blind: [],
    outside: [],
    old: {},
    policy: { deadline: 24 * hour, grace: 0 },
    secret: {
      name: "app",
      versions: new Map(versions[which].map(([id, labels]) => [id, labels])),
      lastRotatedAt: "lastRotatedAt" in change ? lastRotatedAt : promotedAt,
      currentCreatedAt: "currentCreatedAt" in change ? currentCreatedAt : at(-1),
    },
    ...rest,
  };
}

const rolled = (status: DeploymentFacts["status"], tasks: readonly TaskFacts[] = [task(2)]) =>
  service({ deployments: [deployment(status)], tasks });
const retire = { kind: "retire", retiring: "old", endSessions: false };
const alert = (problem: string) => ({ kind: "alert", problem });

/** Found in the parameters of the version that is AWSCURRENT. */
const mirrored = (minutes: number, drifted: string[] = [], version = "new") => ({
  mirror: { version, parameters: new Map([["/p", at(minutes)]]), drifted },
});
const byParameter = (more: Partial<ServiceFacts>) =>
  service({ references: [{ secret: "arn", parameter: "/p", where: "secrets P" }], ...more });
const byBoth = (more: Partial<ServiceFacts>) =>
  byParameter({ references: [...references, ...byParameter({}).references], ...more });

describe("settlement decides about parameters", () => {
  it.each<[string, Change, object]>([
    ["to mirror first", { mirror: "unasked", old: undefined }, { kind: "mirror", current: "new" }],
    ["to ask next", { ...mirrored(1), old: undefined }, { kind: "ask" }],
    [
      "to mirror what is settled, too",
      { mirror: "unasked", versions: "settled" },
      { kind: "mirror" },
    ],
    [
      "settled: mirrored, no RETIRING",
      { ...mirrored(1), versions: "settled" },
      { kind: "settled" },
    ],
    [
      "to mirror what is AWSCURRENT while a rotation is at its end",
      { mirror: "unasked", versions: "onCurrent" },
      { kind: "mirror", current: "old" },
    ],
    [
      "to mirror again when AWSCURRENT has been edited since",
      { ...mirrored(1), versions: "edited" },
      { kind: "mirror", current: "hand" },
    ],
    ["to alert: drift", mirrored(1, ["/p"]), alert("PARAMETER_DRIFT")],
    [
      "to alert before it asks: drift",
      { ...mirrored(1, ["/p"]), old: undefined },
      alert("PARAMETER_DRIFT"),
    ],
    [
      "to alert: drift of what is settled",
      { ...mirrored(1, ["/p"]), versions: "settled" },
      alert("PARAMETER_DRIFT"),
    ],
    [
      "to retire what leaked before it mirrors",
      { mirror: "unasked", versions: "leaked" },
      { kind: "retire", endSessions: true },
    ],
    [
      "to mirror what leaked when it is dead",
      { mirror: "unasked", versions: "leaked", old: { retired: true } },
      { kind: "mirror", current: "leaked-1" },
    ],
    [
      "to roll the readers of a parameter of what leaked from its write on",
      {
        ...mirrored(5, [], "leaked-1"),
        versions: "leaked",
        old: { retired: true },
        consumers: [byParameter({ tasks: [task(3)] })],
      },
      { kind: "roll" },
    ],
    [
      "to roll: the task began after the promotion and before the write",
      { ...mirrored(5), consumers: [byParameter({ tasks: [task(3)] })] },
      { kind: "roll" },
    ],
    [
      "to roll: a task of the very moment may hold the old value",
      { ...mirrored(5), consumers: [byParameter({ tasks: [task(5)] })] },
      { kind: "roll" },
    ],
    [
      "to roll: a deployment from before the write gave out the old value",
      {
        ...mirrored(5),
        consumers: [byParameter({ deployments: [deployment("SUCCESSFUL", 3)], tasks: [task(4)] })],
      },
      { kind: "roll" },
    ],
    [
      "not to roll who reads the secret itself",
      { ...mirrored(5), consumers: [service({ tasks: [task(3)] })] },
      retire,
    ],
    [
      "to roll who reads both by the later of them",
      { ...mirrored(5), consumers: [byBoth({ tasks: [task(3)] })] },
      { kind: "roll" },
    ],
    [
      "to roll who reads both by the later of them, the other way round",
      { ...mirrored(-60), consumers: [byBoth({ tasks: [task(-5)] })] },
      { kind: "roll" },
    ],
    [
      "not to roll who reads a parameter that has not changed",
      { ...mirrored(-60), consumers: [byParameter({ tasks: [task(-5)] })] },
      retire,
    ],
    [
      "to roll who has never got what the parameter holds",
      { ...mirrored(-60), consumers: [byParameter({ tasks: [task(-90)] })] },
      { kind: "roll" },
    ],
    [
      "to pass over a deployment from before the promotion",
      {
        ...mirrored(-60),
        consumers: [byParameter({ deployments: [deployment("STOPPED", -30)], tasks: [task(-5)] })],
      },
      retire,
    ],
    [
      "to wait for a standalone task from before the write",
      { ...mirrored(5), standalone: [{ ...task(3), references: byParameter({}).references }] },
      { kind: "wait" },
    ],
    [
      "to pass over a standalone task from after the write",
      { ...mirrored(5), standalone: [{ ...task(6), references: byParameter({}).references }] },
      retire,
    ],
  ])("%s", (_name, change, action) => {
    expect(decide(state(change))).toMatchObject(action);
  });
});

describe("settlement decides", () => {
  it.each<[string, Change, object]>([
    ["settled: no RETIRING", { versions: "settled" }, { kind: "settled" }],
    [
      "settled: RETIRING on AWSCURRENT (killed between the labels)",
      { versions: "onCurrent" },
      { kind: "settled" },
    ],
    ["to ask about the old credential first", { old: undefined }, { kind: "ask", retiring: "old" }],
    ["to forget what a live version holds", { old: { heldByLive: true } }, { kind: "removeLabel" }],
    ["to remove the label when it is dead", { old: { retired: true } }, { kind: "removeLabel" }],
    [
      "to wait when it was retired and is still accepted, which on-call has been told",
      { old: { stillAccepted: true } },
      { kind: "wait", why: expect.stringContaining("refuse the retired credential") },
    ],
    [
      "to wait for the end of a rotation that has just moved AWSCURRENT",
      { lastRotatedAt: at(-500), currentCreatedAt: at(-1), now: at(3) },
      { kind: "wait" },
    ],
    [
      "to wait for the end of the first rotation",
      { lastRotatedAt: undefined, currentCreatedAt: at(-1), now: at(3) },
      { kind: "wait" },
    ],
    [
      "to alert: promotion time unknown (rotation disabled)",
      { lastRotatedAt: undefined },
      alert("PROMOTION_UNKNOWN"),
    ],
    [
      "to alert: the rotation is not completed",
      { lastRotatedAt: at(-500), currentCreatedAt: at(-1) },
      alert("PROMOTION_UNKNOWN"),
    ],
    [
      "to go by the hand edit's own date",
      { versions: "edited", currentCreatedAt: at(5), consumers: [service({ tasks: [task(3)] })] },
      { kind: "roll" },
    ],
    [
      "to retire at once what leaked",
      { versions: "leaked", lastRotatedAt: undefined, consumers: [service({ tasks: [task(-5)] })] },
      { kind: "retire", endSessions: true },
    ],
    [
      "to roll the consumers of what leaked when it is dead",
      {
        versions: "leaked",
        old: { retired: true },
        consumers: [service({ tasks: [task(-5)] })],
      },
      { kind: "roll" },
    ],
    [
      "to remove the label of what leaked once its consumers are being rolled",
      {
        versions: "leaked",
        old: { retired: true },
        consumers: [rolled("IN_PROGRESS", [task(-5), task(2)])],
      },
      { kind: "removeLabel" },
    ],
    ["to wait for unseen consumers", { policy: { deadline: 24 * hour } }, { kind: "wait" }],
    [
      "to retire when the grace is over",
      { policy: { deadline: 24 * hour }, now: at(24 * 60 + 1) },
      retire,
    ],
    ["to retire without consumers and without grace", {}, retire],
    [
      "to roll a service with old tasks",
      { consumers: [service({ tasks: [task(-5)] })] },
      { kind: "roll" },
    ],
    [
      "to roll: a task of the very moment may hold the old value",
      { consumers: [service({ tasks: [task(0)] })] },
      { kind: "roll" },
    ],
    [
      "to roll: a deployment from before is none",
      { consumers: [service({ deployments: [deployment("SUCCESSFUL", -3)], tasks: [task(-5)] })] },
      { kind: "roll" },
    ],
    ["not to roll what is new already", { consumers: [service({ tasks: [task(1)] })] }, retire],
    [
      "to wait while a deployment runs",
      { consumers: [rolled("IN_PROGRESS", [task(-5), task(2)])] },
      { kind: "wait" },
    ],
    [
      "to wait while a deployment runs, even if no old task is left",
      { consumers: [rolled("IN_PROGRESS")] },
      { kind: "wait" },
    ],
    [
      "to wait while it is pending",
      { consumers: [rolled("PENDING", [task(-5)])] },
      { kind: "wait" },
    ],
    [
      "to wait while it is being rolled back",
      { consumers: [rolled("ROLLBACK_IN_PROGRESS")] },
      { kind: "wait" },
    ],
    [
      "to alert: rolled back by the circuit breaker, though the service is stable",
      { consumers: [rolled("ROLLBACK_SUCCESSFUL")] },
      alert("ROLLED_BACK"),
    ],
    [
      "to alert: the rollback failed",
      { consumers: [rolled("ROLLBACK_FAILED")] },
      alert("ROLLED_BACK"),
    ],
    ["to alert: stopped", { consumers: [rolled("STOPPED", [task(-5)])] }, alert("ROLL_FAILED")],
    [
      "to follow the newest deployment",
      {
        consumers: [
          service({
            deployments: [deployment("SUCCESSFUL", 5), deployment("STOPPED", 1)],
            tasks: [task(6)],
          }),
        ],
      },
      retire,
    ],
    [
      "to wait for draining tasks after success",
      { consumers: [rolled("SUCCESSFUL", [task(-5), task(2)])] },
      { kind: "wait" },
    ],
    [
      "to wait for a protected task, by name",
      { consumers: [rolled("SUCCESSFUL", [task(-5, { protectedUntil: at(600) })])] },
      { kind: "wait", why: expect.stringContaining("protected") },
    ],
    ["to retire when proven", { consumers: [rolled("SUCCESSFUL")] }, retire],
    [
      "to alert: deadline passed while a deployment runs",
      { now: at(25 * 60), consumers: [rolled("IN_PROGRESS")] },
      alert("DEADLINE_PASSED"),
    ],
    ["to pass over a deleted service", { consumers: [service({ status: "INACTIVE" })] }, retire],
    [
      "to wait for a deleted service's draining tasks",
      { consumers: [service({ status: "DRAINING", tasks: [task(-5)] })] },
      { kind: "wait" },
    ],
    [
      "to pass over a service scaled to zero",
      { consumers: [service({ desiredCount: 0 })] },
      retire,
    ],
    [
      "to wait until what was scaled to zero has drained",
      { consumers: [service({ desiredCount: 0, tasks: [task(-5)] })] },
      { kind: "wait" },
    ],
    [
      "to wait for a standalone task from before",
      { standalone: [{ ...task(-5), references }] },
      { kind: "wait" },
    ],
    [
      "to pass over a standalone task from after",
      { standalone: [{ ...task(5), references }] },
      retire,
    ],
    [
      "to alert: CodeDeploy",
      { consumers: [service({ controller: "CODE_DEPLOY", tasks: [task(-5)] })] },
      alert("CONTROLLER_CANNOT_BE_FORCED"),
    ],
    [
      "to alert: external controller",
      { consumers: [service({ controller: "EXTERNAL", tasks: [task(-5)] })] },
      alert("CONTROLLER_CANNOT_BE_FORCED"),
    ],
    [
      "to pass over CodeDeploy's service when it has been deployed",
      { consumers: [service({ controller: "CODE_DEPLOY", tasks: [task(5)] })] },
      retire,
    ],
    [
      "to alert: pinned to a version id",
      {
        consumers: [
          service({
            references: [{ secret: "arn", where: "secrets DB", pinned: "v1" }],
            tasks: [task(5)],
          }),
        ],
      },
      alert("PINNED_REFERENCE"),
    ],
    [
      "to alert: a cluster that cannot be read",
      { blind: ["no right to list cluster x"] },
      alert("CLUSTER_UNREADABLE"),
    ],
    [
      "to alert: a reference outside the listed clusters",
      { outside: ["service other/api"] },
      alert("REFERENCE_OUTSIDE"),
    ],
    [
      "to roll what can be rolled even if something else is stuck",
      { blind: ["cluster x"], consumers: [service({ tasks: [task(-5)] })] },
      { kind: "roll" },
    ],
    ["to wait while the old credential has sessions", { old: { sessions: 3 } }, { kind: "wait" }],
    [
      "to alert: sessions beyond the deadline",
      { old: { sessions: 3 }, now: at(25 * 60) },
      alert("DEADLINE_PASSED"),
    ],
    ["to retire when sessions cannot be told", { old: { sessions: null } }, retire],
  ])("%s", (_name, change, action) => {
    expect(decide(state(change))).toMatchObject(action);
  });

  it("rolls every service that needs it at once", () => {
    const old = { tasks: [task(-5)] };
    const consumers = [service(old), service({ name: "api", ...old }), service({ name: "done" })];
    expect(decide(state({ consumers }))).toMatchObject({
      services: [{ name: "web" }, { name: "api" }],
    });
  });
});

describe("what is a matter of seconds", () => {
  const old = task(-5);
  const rolled = service({ deployments: [deployment("SUCCESSFUL")], tasks: [old] });
  const rolling = service({ deployments: [deployment("IN_PROGRESS")], tasks: [old] });
  const held = { ...old, protectedUntil: at(60) };
  it.each<[string, Change, boolean]>([
    ["tasks that stop", { consumers: [rolled] }, true],
    [
      "tasks of a service that is going",
      { consumers: [service({ status: "DRAINING", tasks: [old] })] },
      true,
    ],
    ["sessions just after", { old: { sessions: 1 }, now: at(9) }, true],
    ["sessions of a pool", { old: { sessions: 1 }, now: at(11) }, false],
    ["a deployment", { consumers: [rolling] }, false],
    ["tasks that stop, and a deployment", { consumers: [rolled, rolling] }, false],
    ["a protected task", { consumers: [{ ...rolled, tasks: [held] }] }, false],
    ["a grace", { policy: { grace: hour, deadline: 2 * hour } }, false],
  ])("%s", (_, change, soon) => {
    const action = decide(state(change));
    expect(action).toMatchObject({ kind: "wait" });
    expect("soon" in action && action.soon === true).toBe(soon);
  });
});
