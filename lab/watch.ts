import { outsideEvents, watchSchedules } from "../infra/events.ts";
import type { Aws } from "../standin/aws.ts";
import { putRules } from "./rules.ts";

/**
 * What a deployment sets up so that failures that only Secrets Manager sees, and the hour of the look, reach the
 * function. Nothing watches for its silence here, so that it gets no ticks.
 */
export async function connectWatch(aws: Aws, watchArn: string): Promise<void> {
  const { "watch-tick": _, ...schedules } = watchSchedules;
  await putRules(aws, { ...outsideEvents, ...schedules }, { Id: "watch", Arn: watchArn });
}
