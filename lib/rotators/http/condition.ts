import { fill, type Values } from "./placeholders.ts";
import { atFirst } from "./pointer.ts";
import type { Reply } from "./reply.ts";
import type { Preset } from "./schema.ts";

/** A reply that means something; see `when` of the preset. */
export type When = Preset["probe"]["rules"][number]["when"];

/**
 * Whether a reply is so. The preset names no HTTP 5xx and no redirect. What is not JSON fits only by its text: a page in front of the
 * provider may have any status.
 */
export function fits(reply: Reply, when: When, values: Values = () => undefined): boolean {
  const condition = typeof when === "number" ? { status: when } : when;
  const { status, pointer, equals, matches, contains, text } = condition;
  if (![status].flat().includes(reply.status)) return false;
  if (text !== undefined) return reply.text !== undefined && new RegExp(text).test(reply.text);
  if (reply.text !== undefined) return false;
  if (pointer === undefined) return true;
  const found = atFirst(reply.json, pointer);
  if (equals !== undefined) return isSame(found, fill(equals, values));
  if (matches !== undefined) return typeof found === "string" && new RegExp(matches).test(found);
  if (contains !== undefined)
    return Array.isArray(found) && found.some((each) => isSame(each, fill(contains, values)));
  return found !== undefined;
}

export const fitsOne = (reply: Reply, whens: readonly When[], values?: Values): boolean =>
  whens.some((when) => fits(reply, when, values));

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
