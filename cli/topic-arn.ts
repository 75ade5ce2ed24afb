import { UsageError } from "./command-line.ts";
import { regionOf } from "./region.ts";

/** The topic of on-call as it was typed. @throws UsageError unless it is the ARN of an SNS topic */
export function topicArn(text: string): { arn: string; region: string; account: string } {
  const [, region, account] = /^arn:[\w-]+:sns:([\w-]+):(\d{12}):[\w.-]+$/.exec(text) ?? [];
  if (region && account) return { arn: text, region: regionOf(region), account };
  throw new UsageError(
    `"${text}" is not the ARN of an SNS topic (arn:aws:sns:REGION:ACCOUNT:NAME).`,
  );
}
