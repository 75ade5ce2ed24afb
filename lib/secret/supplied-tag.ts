import { createHash } from "node:crypto";
import { type Sighting, sightingIn } from "./sighting.ts";

const prefix = "quarterturn:supplied:";

/** Letters, digits and a few others may stand in the key of a tag (Secrets Manager API reference, "Tag"). */
const plain = /^[\w/.=+@-]{1,80}$/;

/**
 * The tag that says when a person supplied the credential in a field last, and as which version. Its value is written as
 * that of the sighting is.
 */
export function suppliedTag(field: string): string {
  if (plain.test(field)) return prefix + field;
  return prefix + createHash("sha256").update(field).digest("hex").slice(0, 32);
}

/** @returns `undefined` where there is no such tag, or somebody has written something else into it, such as a time to come */
export const suppliedOf = (
  tags: ReadonlyMap<string, string>,
  field: string,
  now: Date,
): Sighting | undefined => sightingIn(tags.get(suppliedTag(field)), now);
