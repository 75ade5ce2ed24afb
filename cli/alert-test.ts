import { command } from "../lib/alerts/command.ts";
import { testAlert } from "../lib/alerts/test-alert.ts";
import { snsTopic } from "../lib/aws/sns.ts";
import { program, UsageError } from "./command-line.ts";
import { topicArn } from "./topic-arn.ts";

const usage = `Sends a test alert to on-call's topic, and through it to the event bus.

  npm run alert:test -- [options]

  --topic ARN          the SNS topic (default: ALERT_TOPIC_ARN)
  --environment NAME   the environment that the alert names (default: ENVIRONMENT, else "unknown")
  --over               report the test alert as over, so that a pager resolves its incident
  --help               print this

Uses the AWS credentials of your environment or profile, in the Region of the topic.
Exit codes: 0 sent, 1 failed or no confirmed subscription, 2 invalid options.`;

const options = {
  topic: { type: "string" },
  environment: { type: "string" },
  over: { type: "boolean" },
} as const;

/** In milliseconds. */
const patience = 20_000;

await program(usage, options, async ({ topic, environment, over }) => {
  const { ALERT_TOPIC_ARN, ENVIRONMENT } = process.env;
  const named = topic ?? ALERT_TOPIC_ARN;
  if (!named) throw new UsageError("No topic. Pass --topic ARN, or set ALERT_TOPIC_ARN.");
  const { arn, region, account } = topicArn(named);
  const alerts = snsTopic(arn);
  const signal = AbortSignal.timeout(patience);
  const listeners = await alerts.prove(signal);
  const where = environment ?? ENVIRONMENT ?? "unknown";
  const context = { environment: where, account, region, at: new Date() };
  const alert = testAlert(context, over ? "over" : "begun");
  await alerts.publish(alert, signal);
  console.log(`Sent to ${arn}: ${alert.subject}`);
  if (listeners === 0) throw new Error(nobodyListens(arn, region));
  console.log(
    `Confirmed subscriptions: ${listeners}. A filter policy may hold it back from some of them.`,
  );
});

function nobodyListens(arn: string, region: string): string {
  const subscribe = ["sns", "subscribe", "--topic-arn", arn, "--region", region];
  const by = ["--protocol", "email", "--notification-endpoint", "YOU@EXAMPLE.COM"];
  return [
    `${arn} has no confirmed subscription: only rules on the event bus, if there are any, got the alert.`,
    "Subscribe on-call, then confirm with the link in the message that arrives:",
    `  ${command("aws", ...subscribe, ...by)}`,
  ].join("\n");
}
