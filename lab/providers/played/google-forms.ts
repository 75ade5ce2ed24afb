import { z } from "zod";
import type { Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";

/** Not done at once. */
export const begun = (kind: string, { id }: HeldKey): Reply => ({
  status: 200,
  body: { name: `operations/akmf.${kind}.${id}` },
});

export const keyFields = z.strictObject({
  displayName: z.string().max(63).optional(),
  restrictions: z.record(z.string(), z.unknown()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
