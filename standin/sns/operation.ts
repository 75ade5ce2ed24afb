import { AwsError } from "../aws-error.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** The error of SNS for an invalid parameter. */
export function invalid(what: string): AwsError {
  return new AwsError("InvalidParameter", `Invalid parameter: ${what}`);
}

/** An operation that refuses invalid input with ValidationError (https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html). */
export const operation = operationsOf(
  (violation) => new AwsError("ValidationError", constraint(violation)),
);

/** The elements of an ARN. Throws InvalidParameter if there are fewer than six. */
export function arnElements(arn: string, parameter: string): string[] {
  const elements = arn.split(":");
  if (elements.length >= 6) return elements;
  throw invalid(
    `${parameter} Reason: An ARN must have at least 6 elements, not ${elements.length}`,
  );
}

const PAGE_SIZE = 100;

/** "Each call returns a limited list, up to 100" (API_ListTopics, API_ListSubscriptionsByTopic). */
export function page<T>(items: readonly T[], token = "0"): { items: T[]; NextToken?: string } {
  if (!/^\d{1,9}$/.test(token)) throw invalid("NextToken");
  const end = Number(token) + PAGE_SIZE;
  return {
    items: items.slice(Number(token), end),
    ...(end < items.length && { NextToken: String(end) }),
  };
}
