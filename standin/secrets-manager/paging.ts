import { z } from "zod";
import { AwsError } from "../aws-error.ts";

/** What an operation takes that answers in pages of at most so many items. */
export const pageFields = (max: number) => ({
  MaxResults: z.int().min(1).max(max).optional(),
  NextToken: z.string().min(1).max(4096).optional(),
});

/** One page; `size` where the request has no MaxResults. Throws InvalidNextTokenException. */
export function page<T>(
  all: readonly T[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  size: number,
): { items: T[]; NextToken?: string } {
  const start =
    input.NextToken === undefined ? 0 : Number(/^from-(\d+)$/.exec(input.NextToken)?.[1]);
  if (Number.isNaN(start)) {
    throw new AwsError("InvalidNextTokenException", "The NextToken value is invalid.");
  }
  const end = start + (input.MaxResults ?? size);
  return { items: all.slice(start, end), ...(end < all.length && { NextToken: `from-${end}` }) };
}
