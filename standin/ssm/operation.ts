import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** A name or an ARN; each operation checks it further. */
export const parameterName = z.string().min(1).max(2048);

export const tags = z
  .array(z.object({ Key: z.string().min(1).max(128), Value: z.string().min(1).max(256) }))
  .max(1000);

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html */
export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** An operation that refuses invalid input with ValidationException. */
export const operation = operationsOf((violation) => invalid(constraint(violation)));

/** @param most the maximum and default of MaxResults */
export const pageFields = (most: number) => ({
  MaxResults: z.int().min(1).max(most).default(most),
  NextToken: z.string().optional(),
});

export function page<T>(
  all: readonly T[],
  { MaxResults, NextToken = "from-0" }: { MaxResults: number; NextToken?: string | undefined },
): { items: T[]; NextToken?: string } {
  const start = Number(/^from-(\d+)$/.exec(NextToken)?.[1]);
  if (Number.isNaN(start)) {
    throw new AwsError("InvalidNextToken", "The specified token is not valid.");
  }
  const end = start + MaxResults;
  return { items: all.slice(start, end), ...(end < all.length && { NextToken: `from-${end}` }) };
}
