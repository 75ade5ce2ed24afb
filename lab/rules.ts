import {
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import type { When } from "../infra/events.ts";
import type { Aws } from "../standin/aws.ts";
import { keysOf } from "./clients.ts";

/** Makes rules as a deployment does, all with this target. */
export async function putRules(
  aws: Aws,
  rules: Readonly<Record<string, When>>,
  target: Target,
): Promise<void> {
  const { endpoint, region } = aws;
  const events = new EventBridgeClient({ endpoint, region, credentials: keysOf(aws, "operator") });
  for (const [Name, when] of Object.entries(rules)) {
    await events.send(new PutRuleCommand({ Name, ...input(when) }));
    await events.send(new PutTargetsCommand({ Rule: Name, Targets: [target] }));
  }
}

/** The API takes a pattern as text, a template as an object. */
const input = (when: When) =>
  "EventPattern" in when ? { EventPattern: JSON.stringify(when.EventPattern) } : when;
