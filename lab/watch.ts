import { outsideEvents } from "../infra/events.ts";
import type { Aws } from "../standin/aws.ts";
import { putRules } from "./rules.ts";

/** What a deployment sets up so that failures that only Secrets Manager sees reach on-call: rule → function. */
export async function connectWatch(aws: Aws, watchArn: string): Promise<void> {
  await putRules(aws, outsideEvents, { Id: "watch", Arn: watchArn });
}
