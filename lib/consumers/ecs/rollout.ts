import { changedAt, type Promotion } from "../../settlement/consumer.ts";
import type { DeploymentFacts, ReaderFacts } from "./facts.ts";
import { isOld } from "./judge.ts";

/**
 * The service deployments since a promotion as far as DescribeServices and the tasks already tell, so that
 * ListServiceDeployments is called only for services whose fate depends on it. `undefined`: they do not tell. Pure.
 */
export function knownDeployments(
  { rollout, tasks, references }: ReaderFacts,
  promotion: Promotion,
): readonly DeploymentFacts[] | undefined {
  if (!rollout) return undefined;
  const { id, createdAt, state } = rollout;
  const changed = changedAt(references, promotion);
  const old = tasks.filter(isOld(changed));
  const isSince = createdAt > promotion.at && createdAt > changed;
  if (isSince && state === "IN_PROGRESS") return [{ id, createdAt, status: "IN_PROGRESS" }];
  // Whatever came of it, no task is left that could hold the old value.
  if (state !== "COMPLETED" || old.some(({ isStopping }) => !isStopping)) return undefined;
  if (isSince) return [{ id, createdAt, status: "SUCCESSFUL" }];
  return old.length === 0 ? [] : undefined;
}
