import { describe, expect, it } from "vitest";
import type {
  DeploymentFacts,
  ServiceFacts,
  TaskFacts,
} from "../../../../lib/consumers/ecs/facts.ts";
import {
  isPossible,
  judgePossible,
  judgeService,
  judgeStandalone,
} from "../../../../lib/consumers/ecs/judge.ts";
import { at } from "../../settlement/states.ts";

const direct = { secret: "arn", where: "secrets DB of container web" };
const mirrored = { secret: "arn", parameter: "/p", where: "secrets P of container web" };
const promotion = (written = 5) => ({ at: at(0), parameters: new Map([["/p", at(written)]]) });
const task = (minutes: number): TaskFacts => ({ id: `task${minutes}`, createdAt: at(minutes) });
const deployment = (
  status: DeploymentFacts["status"],
  minutes = 1,
  reason?: string,
): DeploymentFacts => ({ id: "d1", createdAt: at(minutes), status, reason });
const service = (more: Partial<ServiceFacts>): ServiceFacts => ({
  cluster: "production",
  name: "web",
  controller: "ECS",
  status: "ACTIVE",
  desiredCount: 2,
  references: [direct],
  deployments: [],
  tasks: [task(-5)],
  ...more,
});
const proven = { kind: "proven" };

describe("a service is judged", () => {
  it.each<[string, Partial<ServiceFacts>, object]>([
    ["proven without old tasks", { tasks: [task(2)] }, proven],
    [
      "proven by a deployment that has ended",
      { deployments: [deployment("SUCCESSFUL")], tasks: [task(2)] },
      proven,
    ],
    ["rolling while old tasks stop", { desiredCount: 0 }, { why: "old tasks still stopping: 1" }],
    [
      "rolling while a task is protected",
      { desiredCount: 0, tasks: [task(-6), { ...task(-5), protectedUntil: at(60) }] },
      { why: "task task-5 is protected from scale-in until 2026-03-01T13:00:00.000Z" },
    ],
    [
      "rolling while it is deployed",
      { deployments: [deployment("IN_PROGRESS")] },
      { kind: "rolling", why: "deployment d1 is IN_PROGRESS" },
    ],
    [
      "old although a deployment began at the very moment of the promotion",
      { deployments: [deployment("SUCCESSFUL", 0)] },
      { kind: "old" },
    ],
    [
      "old although a deployment began at the very moment when its parameter was written",
      { references: [mirrored], deployments: [deployment("SUCCESSFUL", 5)] },
      { kind: "old" },
    ],
  ])("%s", (_, more, judgement) => {
    expect(judgeService(service(more), promotion())).toMatchObject(judgement);
  });

  it("old although a deployment began with a promotion that left its parameter as it was", () => {
    const deployments = [deployment("SUCCESSFUL", 0)];
    const facts = service({ references: [mirrored], deployments, tasks: [task(-90)] });
    expect(judgeService(facts, promotion(-60))).toEqual({ kind: "old" });
  });

  it.each<[string, Partial<ServiceFacts>, string, string]>([
    [
      "by a pinned reference",
      { references: [{ ...direct, pinned: "v0" }] },
      "PINNED_REFERENCE",
      "secrets DB of container web is pinned to v0, which no rotation replaces",
    ],
    [
      "by its controller",
      { controller: "CODE_DEPLOY" },
      "CONTROLLER_CANNOT_BE_FORCED",
      "it is deployed by CODE_DEPLOY",
    ],
    [
      "by a deployment that was stopped",
      { deployments: [deployment("STOPPED")] },
      "ROLL_FAILED",
      "deployment d1 was stopped",
    ],
    [
      "by a rollback, with its reason",
      { deployments: [deployment("ROLLBACK_SUCCESSFUL", 1, "tasks failed to start")] },
      "ROLLED_BACK",
      "deployment d1 was rolled back: tasks failed to start",
    ],
  ])("blocked %s", (_, more, code, why) => {
    expect(judgeService(service(more), promotion())).toMatchObject({
      kind: "blocked",
      problem: { code, why },
    });
  });
});

it("a standalone task is rolling until it ends, unless it started after the promotion", () => {
  const judged = (minutes: number) =>
    judgeStandalone(
      { ...task(minutes), references: [direct], cluster: "production", family: "job" },
      promotion(),
    );
  expect(judged(0)).toEqual({
    kind: "rolling",
    why: "it started before the promotion and still runs",
  });
  expect(judged(1)).toEqual(proven);
});

describe("what only mentions the secret", () => {
  const possible = [
    { secret: "arn", where: "command of container web", possible: true as const },
    { secret: "arn", where: "environment X of container web", possible: true as const },
  ];

  it("is blocked while one of its tasks runs since before the promotion", () => {
    expect(judgePossible(possible, [task(2), task(-5)], promotion())).toMatchObject({
      kind: "blocked",
      problem: {
        code: "POSSIBLE_CONSUMER",
        why: "it mentions the secret (command of container web, environment X of container web) and has been running since before the promotion",
      },
    });
    expect(judgePossible(possible, [task(2)], promotion())).toEqual(proven);
  });

  it("is what no reference leads to the secret with certainty", () => {
    expect(isPossible({ references: possible })).toBe(true);
    expect(isPossible({ references: [...possible, direct] })).toBe(false);
  });
});
