import { changedAt, type Promotion } from "../consumers/consumer.ts";
import type { DeploymentFacts, ServiceFacts, TaskFacts } from "../consumers/ecs/facts.ts";

/** Why on-call has to look at a consumer. */
export type ConsumerProblem =
  | "PINNED_REFERENCE"
  | "CONTROLLER_CANNOT_BE_FORCED"
  | "ROLL_FAILED"
  | "ROLLED_BACK";

/** How far a service has come on its way to the new version. */
export type Judgement =
  | { readonly kind: "proven" }
  | { readonly kind: "roll" }
  /** `soon`: no event will tell of its end, and it is a matter of seconds. */
  | { readonly kind: "waiting"; readonly why: string; readonly soon?: boolean }
  | { readonly kind: "stuck"; readonly code: ConsumerProblem; readonly why: string };

/** Secrets are injected after a task is created, so a task of the very moment may hold the old value. */
export const isOld = (changed: Date) => (task: TaskFacts) => task.createdAt <= changed;

/**
 * "Stable" is no proof: it is also true after a rollback. What counts is the service deployment since the
 * promotion, and that no task is left from before. Pure.
 */
export function judge(service: ServiceFacts, promotion: Promotion): Judgement {
  const pinned = service.references.find((reference) => reference.pinned !== undefined);
  if (pinned)
    return stuck(
      "PINNED_REFERENCE",
      `${pinned.where} names ${pinned.pinned}, which no rotation replaces`,
    );
  const changed = changedAt(service.references, promotion);
  const old = service.tasks.filter(isOld(changed));
  const deployment = service.deployments.find(
    ({ createdAt }) => createdAt > changed && createdAt > promotion.at,
  );
  if (deployment) return followed(deployment, old);
  if (old.length === 0) return { kind: "proven" };
  if (service.status !== "ACTIVE" || service.desiredCount === 0) return leftover(old);
  if (service.controller === "ECS") return { kind: "roll" };
  const why = `its deployments are made by ${service.controller}`;
  return stuck("CONTROLLER_CANNOT_BE_FORCED", why);
}

function followed({ id, status, reason }: DeploymentFacts, old: readonly TaskFacts[]): Judgement {
  const because = reason ? `: ${reason}` : "";
  switch (status) {
    case "SUCCESSFUL":
      return old.length === 0 ? { kind: "proven" } : leftover(old);
    case "STOPPED":
      return stuck("ROLL_FAILED", `deployment ${id} was stopped${because}`);
    case "ROLLBACK_SUCCESSFUL":
    case "ROLLBACK_FAILED":
      return stuck("ROLLED_BACK", `deployment ${id} was rolled back${because}`);
    default:
      return waiting(`deployment ${id} (${status})`);
  }
}

/** A deployment is SUCCESSFUL, and tells so, while the tasks that it replaced are still being stopped. */
function leftover(old: readonly TaskFacts[]): Judgement {
  const [held] = old.filter(({ protectedUntil }) => protectedUntil);
  if (held)
    return waiting(
      `task ${held.id}, protected from scale-in until ${held.protectedUntil?.toISOString()}`,
    );
  return waiting(`tasks from before the promotion (${old.length}) to stop`, true);
}

const waiting = (why: string, soon = false): Judgement => ({
  kind: "waiting",
  why,
  ...(soon && { soon }),
});
const stuck = (code: ConsumerProblem, why: string): Judgement => ({ kind: "stuck", code, why });
