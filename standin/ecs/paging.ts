import { z } from "zod";
import { invalidParameter } from "../aws-error.ts";

export const pageFields = {
  maxResults: z.int().min(1).max(100).optional(),
  nextToken: z.string().optional(),
};

/** @param size of a page, unless the request sets it */
export function page<T>(
  all: readonly T[],
  input: { maxResults?: number | undefined; nextToken?: string | undefined },
  size: number,
): { items: T[]; nextToken?: string } {
  const { nextToken = "from-0" } = input;
  const start = Number(/^from-(\d+)$/.exec(nextToken)?.[1]);
  if (Number.isNaN(start)) throw invalidParameter("Invalid token provided");
  const end = start + (input.maxResults ?? size);
  return { items: all.slice(start, end), ...(end < all.length && { nextToken: `from-${end}` }) };
}
