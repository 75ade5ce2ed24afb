import { z } from "zod";
import { text, wholeNumber } from "../../manifest/forms.ts";
import {
  as,
  duration,
  pointers,
  questionKeys,
  request,
  requestKeys,
  when,
  whens,
} from "./request-schema.ts";

const times = wholeNumber("a number of answers", 1, 20).describe(
  "How many equal answers in a row are needed.",
);

const outcome = z.strictObject({
  when,
  is: z.enum(["alive", "restricted", "dead", "wait", "unknown"]),
});

/** Uses the key without another effect. What no rule fits is unknown; so are HTTP 5xx and what is not JSON. */
export const probe = z.strictObject({
  ...questionKeys,
  as: as.default("key"),
  rules: z.array(outcome).min(2, "needs a rule for alive and one for dead"),
  alive: z
    .strictObject({ within: duration, times, every: duration.prefault("2s") })
    .describe("How long a new key may take to become usable."),
  dead: z
    .strictObject({ within: duration, times, every: duration })
    .describe(
      "For how long (within) a deleted key must have been refused before it counts as dead, and how a single look asks (times, every).",
    ),
});

export const identify = z.union(
  [
    z.strictObject({
      pattern: text("a pattern").describe("Fits the secret; its first group is the id."),
    }),
    z.strictObject({
      hint: pointers.describe(
        "In an item of list: the first and last characters of the key, with ... between. Only a hint of 12 characters or more that fits one key tells its id.",
      ),
    }),
    z.strictObject({
      ...requestKeys,
      as: as.default("key"),
      id: pointers,
      unknown: whens.optional(),
    }),
  ],
  { error: "must be { pattern }, { hint }, or a request with id" },
);

const stage = z.strictObject({
  ...requestKeys,
  gone: whens.default([404]).describe("Replies that mean that there is no such key; default 404."),
});

export const retire = z.strictObject({
  disable: stage
    .extend({
      for: duration.describe("How long it stays disabled before it is deleted."),
      undo: request.optional().describe("Enables it again."),
    })
    .optional()
    .describe("Makes the key unusable so that it can be enabled again."),
  remove: stage
    .extend({ undo: request.optional().describe("Brings it back, if the provider can.") })
    .optional()
    .describe("Deletes the key for good. Absent: only a person can."),
});
