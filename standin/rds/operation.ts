import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import { constraint, operationsOf } from "../checked-operation.ts";

/** An operation that refuses invalid input (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html). */
export const operation = operationsOf(
  (violation) => new AwsError("InvalidParameterValue", constraint(violation)),
);

export const pageFields = {
  Marker: z.string().optional(),
  MaxRecords: z.coerce.number().int().min(20).max(100).default(100),
};

interface Asked {
  readonly Marker?: string | undefined;
  readonly MaxRecords: number;
}

/** A page of a list, as every Describe operation of RDS cuts it. */
export function page<T>(all: readonly T[], { Marker = "0", MaxRecords }: Asked) {
  if (!/^\d{1,9}$/.test(Marker)) throw new AwsError("InvalidParameterValue", "Invalid Marker.");
  const end = Number(Marker) + MaxRecords;
  const items = all.slice(Number(Marker), end);
  return { items, ...(end < all.length && { Marker: String(end) }) };
}
