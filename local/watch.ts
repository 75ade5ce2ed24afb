import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import type { Aws } from "./aws/aws.ts";
import { keysOf } from "./world.ts";

/** What a deployment sets up so that failures which only Secrets Manager sees reach on-call: rule → function. */
export async function connectWatch(aws: Aws, watchArn: string): Promise<void> {
  const { endpoint, region } = aws;
  const events = new EventBridgeClient({ endpoint, region, credentials: keysOf(aws, "operator") });
  const Name = "rotation-failed";
  await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern) }));
  const Targets = [{ Id: "watch", Arn: watchArn }];
  await events.send(new PutTargetsCommand({ Rule: Name, Targets }));
}

const pattern = {
  source: ["aws.secretsmanager"],
  "detail-type": ["AWS Service Event via CloudTrail"],
  detail: { eventName: ["RotationFailed", "RotationAbandoned"] },
};
