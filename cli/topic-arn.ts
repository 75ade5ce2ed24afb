import { UsageError } from "./command-line.ts";

/** The topic of on-call as it was typed. @throws UsageError unless it is the ARN of an SNS topic */
export function topicArn(text: string): { arn: string; region: string } {
  const region = /^arn:[\w-]+:sns:([\w-]+):\d{12}:[\w.-]+$/.exec(text)?.[1];
  if (region) return { arn: text, region };
  throw new UsageError(
    `"${text}" is not the ARN of an SNS topic (arn:aws:sns:REGION:ACCOUNT:NAME).`,
  );
}
