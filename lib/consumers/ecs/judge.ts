import {
  changedAt,
  type Judgement,
  type Promotion,
  type Reference,
} from "../../settlement/consumer.ts";
import { problem } from "./errors.ts";
import type { DeploymentFacts, ServiceFacts, StandaloneFacts, TaskFacts } from "./facts.ts";

/**
 * "Stable" proves nothing: it is also true after a rollback. What counts is the service deployment since the
 * promotion, and that no task is left from before. Pure.
 */
export function judgeService(service: ServiceFacts, promotion: Promotion): Judgement {
  const pinned = service.references.find((reference) => reference.pinned !== undefined);
  if (pinned)
    return blocked(
      "PINNED_REFERENCE",
      `${pinned.where} is pinned to ${pinned.pinned}, which no rotation replaces`,
    );
  const changed = changedAt(service.references, promotion);
  const old = service.tasks.filter(isOld(changed));
  const deployment = service.deployments.find(
    ({ createdAt }) => createdAt > changed && createdAt > promotion.at,
  );
  if (deployment) return followed(deployment, old);
  if (old.length === 0) return { kind: "proven" };
  if (service.status !== "ACTIVE" || service.desiredCount === 0) return leftover(old);
  if (service.controller === "ECS") return { kind: "old" };
  return blocked("CONTROLLER_CANNOT_BE_FORCED", `it is deployed by ${service.controller}`);
}

/** Nothing rolls a task that no service started; it ends by itself. Pure. */
export function judgeStandalone(task: StandaloneFacts, promotion: Promotion): Judgement {
  return isOld(changedAt(task.references, promotion))(task)
    ? { kind: "rolling", why: "it started before the promotion and still runs" }
    : { kind: "proven" };
}

/** Secrets are injected after a task is created, so a task of the very moment may hold the old value. */
export const isOld = (changed: Date) => (task: TaskFacts) => task.createdAt <= changed;

function followed({ id, status, reason }: DeploymentFacts, old: readonly TaskFacts[]): Judgement {
  const because = reason ? `: ${reason}` : "";
  switch (status) {
    case "SUCCESSFUL":
      return old.length === 0 ? { kind: "proven" } : leftover(old);
    case "STOPPED":
      return blocked("ROLL_FAILED", `deployment ${id} was stopped${because}`);
    case "ROLLBACK_SUCCESSFUL":
    case "ROLLBACK_FAILED":
      return blocked("ROLLED_BACK", `deployment ${id} was rolled back${because}`);
    default:
      return { kind: "rolling", why: `deployment ${id} is ${status}` };
  }
}

/** ECS reports SUCCESSFUL while the tasks that the deployment replaced are still stopping. */
function leftover(old: readonly TaskFacts[]): Judgement {
  for (const { id, protectedUntil } of old)
    if (protectedUntil) {
      const until = protectedUntil.toISOString();
      return { kind: "rolling", why: `task ${id} is protected from scale-in until ${until}` };
    }
  return { kind: "rolling", why: `old tasks still stopping: ${old.length}`, soon: true };
}

/**
 * What only mentions the secret may have read it when it started, and may not be started anew on a guess. Pure.
 * @param tasks of the service, or the standalone task itself
 */
export function judgePossible(
  references: readonly Reference[],
  tasks: readonly TaskFacts[],
  promotion: Promotion,
): Judgement {
  if (!tasks.some(isOld(changedAt(references, promotion)))) return { kind: "proven" };
  const where = references.map((reference) => reference.where).join(", ");
  return blocked(
    "POSSIBLE_CONSUMER",
    `it mentions the secret (${where}) and has been running since before the promotion`,
  );
}

/** Whether all that leads to the secret are texts that contain its name or ARN. */
export const isPossible = ({ references }: { readonly references: readonly Reference[] }) =>
  references.every(({ possible }) => possible);

const blocked = (code: Parameters<typeof problem>[0], why: string): Judgement => ({
  kind: "blocked",
  problem: problem(code, why),
});
