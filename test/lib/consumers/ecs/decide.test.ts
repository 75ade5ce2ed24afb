import { describe, expect, it } from "vitest";
import { serviceName, taskName } from "../../../../lib/consumers/ecs/clusters.ts";
import type {
  DeploymentFacts,
  ServiceFacts,
  StandaloneFacts,
  TaskFacts,
} from "../../../../lib/consumers/ecs/facts.ts";
import { judgeService, judgeStandalone } from "../../../../lib/consumers/ecs/judge.ts";
import { decide } from "../../../../lib/settlement/decide.ts";
import { promotionOf } from "../../../../lib/settlement/promotion.ts";
import type { SettlementState } from "../../../../lib/settlement/state.ts";
import {
  alert,
  at,
  type Change,
  consumer,
  hour,
  mirrored,
  retire,
  seen,
  state,
} from "../../settlement/states.ts";

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

/** The same, with what ECS shows of its consumers. */
type EcsChange = Omit<Change, "consumers" | "blind"> & {
  consumers?: readonly ServiceFacts[];
  standalone?: readonly Omit<StandaloneFacts, "cluster" | "family">[];
};

function ecsState({ consumers = [], standalone = [], ...change }: EcsChange): SettlementState {
  const unseen = state(change);
  if (!unseen.sighting) return unseen;
  const promotion = promotionOf(unseen, unseen.sighting);
  const services = consumers.map((service) =>
    consumer(judgeService(service, promotion), { type: "ecs", name: serviceName(service) }),
  );
  const tasks = standalone.map((task) =>
    consumer(judgeStandalone({ ...task, cluster: "production", family: "job" }, promotion), {
      name: taskName(task),
    }),
  );
  return state({ ...change, consumers: [...services, ...tasks] });
}

const rolled = (status: DeploymentFacts["status"], tasks: readonly TaskFacts[] = [task(2)]) =>
  service({ deployments: [deployment(status)], tasks });
const byParameter = (more: Partial<ServiceFacts>) =>
  service({ references: [{ secret: "arn", parameter: "/p", where: "secrets P" }], ...more });
const byBoth = (more: Partial<ServiceFacts>) =>
  byParameter({ references: [...references, ...byParameter({}).references], ...more });

describe("settlement decides about parameters", () => {
  it.each<[string, EcsChange, object]>([
    [
      "to roll the readers of a parameter of what leaked from its write on",
      {
        ...mirrored(5, [], "leaked-1"),
        versions: "leaked",
        old: "dead",
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
    expect(decide(ecsState(change))).toMatchObject(action);
  });
});

describe("settlement decides", () => {
  it.each<[string, EcsChange, object]>([
    [
      "to go by the last time that AWSCURRENT was seen to move, by whomever",
      { versions: "edited", sighting: seen("hand", 5), consumers: [service({ tasks: [task(3)] })] },
      { kind: "roll" },
    ],
    [
      "to retire at once what leaked",
      { versions: "leaked", lastRotatedAt: undefined, consumers: [service({ tasks: [task(-5)] })] },
      { kind: "retire", leaked: true },
    ],
    [
      "to roll the consumers of what leaked when it is dead",
      {
        versions: "leaked",
        old: "dead",
        consumers: [service({ tasks: [task(-5)] })],
      },
      { kind: "roll" },
    ],
    [
      "to wait for the consumers of what leaked while they are being rolled",
      {
        versions: "leaked",
        old: "dead",
        consumers: [rolled("IN_PROGRESS", [task(-5), task(2)])],
      },
      { kind: "wait" },
    ],
    ...(
      [
        [
          "a CodeDeploy service",
          { consumers: [service({ controller: "CODE_DEPLOY", tasks: [task(-5)] })] },
          alert("CONTROLLER_CANNOT_BE_FORCED"),
        ],
        [
          "a pinned reference",
          {
            consumers: [
              service({ references: [{ secret: "arn", where: "secrets P", pinned: "v0" }] }),
            ],
          },
          alert("PINNED_REFERENCE"),
        ],
        [
          "a standalone task",
          { standalone: [{ id: "t", createdAt: at(-5), references }] },
          { kind: "wait" },
        ],
        [
          "a standalone task beyond the deadline",
          { now: at(25 * 60), standalone: [{ id: "t", createdAt: at(-5), references }] },
          alert("DEADLINE_PASSED"),
        ],
      ] satisfies [string, EcsChange, object][]
    ).map(([name, change, action]): [string, EcsChange, object] => [
      `to keep RETIRING of what leaked for ${name}`,
      { versions: "leaked", old: "dead", ...change },
      action,
    ]),
    [
      "to wait for unseen consumers",
      { policy: { deadline: 48 * hour, grace: 24 * hour } },
      { kind: "wait" },
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
  ])("%s", (_name, change, action) => {
    expect(decide(ecsState(change))).toMatchObject(action);
  });

  it("rolls every service that needs it at once", () => {
    const old = { tasks: [task(-5)] };
    const consumers = [service(old), service({ name: "api", ...old }), service({ name: "done" })];
    expect(decide(ecsState({ consumers }))).toMatchObject({
      consumers: [{ name: "service production/web" }, { name: "service production/api" }],
    });
  });
});

describe("what is a matter of seconds", () => {
  const old = task(-5);
  const rolled = service({ deployments: [deployment("SUCCESSFUL")], tasks: [old] });
  const rolling = service({ deployments: [deployment("IN_PROGRESS")], tasks: [old] });
  const held = { ...old, protectedUntil: at(60) };
  it.each<[string, EcsChange, boolean]>([
    ["tasks that stop", { consumers: [rolled] }, true],
    [
      "tasks of a service that is going",
      { consumers: [service({ status: "DRAINING", tasks: [old] })] },
      true,
    ],
    ["a deployment", { consumers: [rolling] }, false],
    ["tasks that stop, and a deployment", { consumers: [rolled, rolling] }, false],
    ["a protected task", { consumers: [{ ...rolled, tasks: [held] }] }, false],
  ])("%s", (_, change, soon) => {
    const action = decide(ecsState(change));
    expect(action).toMatchObject({ kind: "wait" });
    expect("soon" in action && action.soon === true).toBe(soon);
  });
});
