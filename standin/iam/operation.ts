import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** An operation that refuses invalid input (https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html). */
export const operation = operationsOf(
  (violation) => new AwsError("ValidationError", constraint(violation)),
);

export const name = z.string().regex(/^[\w+=,.@-]{1,64}$/);

export const policy = z.string().refine(isJson, "it must be a JSON document");

export const noSuchEntity = (message: string) => new AwsError("NoSuchEntity", message, 404);

export const pageFields = {
  Marker: z.string().optional(),
  MaxItems: z.coerce.number().int().min(1).max(1000).default(100),
};

/** A page of a list, as every List operation of IAM cuts it. */
export function page<T>(
  all: readonly T[],
  { Marker = "0", MaxItems }: { Marker?: string | undefined; MaxItems: number },
): { items: T[]; IsTruncated: boolean; Marker?: string } {
  if (!/^\d{1,9}$/.test(Marker)) throw new AwsError("ValidationError", "Invalid Marker.");
  const end = Number(Marker) + MaxItems;
  const IsTruncated = end < all.length;
  const items = all.slice(Number(Marker), end);
  return { items, IsTruncated, ...(IsTruncated && { Marker: String(end) }) };
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}
