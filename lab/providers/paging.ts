import { z } from "zod";
import type { HeldKey } from "./keys.ts";

export interface Page {
  readonly items: readonly HeldKey[];
  readonly hasMore: boolean;
}

/** The page after the item with this id; from the first item where it is absent. */
export function pageAfter(
  keys: readonly HeldKey[],
  after: string | undefined,
  limit: number,
  idOf: (key: HeldKey) => string = (key) => key.id,
): Page {
  const start = after === undefined ? 0 : keys.findIndex((key) => idOf(key) === after) + 1;
  return pageFrom(keys, start, limit);
}

export function pageFrom(keys: readonly HeldKey[], start: number, limit: number): Page {
  return { items: keys.slice(start, start + limit), hasMore: start + limit < keys.length };
}

/** A whole number in a URL. */
export const count = (min: number, max: number) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(min).max(max)).optional();

export const isoTime = (ms: number): string => new Date(ms).toISOString();
export const unixTime = (ms: number): number => Math.floor(ms / 1000);
