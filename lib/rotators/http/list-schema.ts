import { z } from "zod";
import { wholeNumber } from "../../manifest/forms.ts";
import { pointer, pointers, requestKeys } from "./request-schema.ts";

const max = wholeNumber("a number of pages", 1, 50)
  .default(50)
  .describe("Pages that are read at most; more is an error, not a part of the list.");

const name = z.string().min(1, "is empty: name the parameter of the URL");

/** How the rest of a list is got. Every form names a parameter of the URL, except link. */
const paging = z.union(
  [
    z.strictObject({
      cursor: name.describe("The parameter that takes the cursor."),
      from: z
        .union([z.literal("last-item-id"), pointer])
        .describe("Where the next cursor is: a pointer into the page, or last-item-id."),
      more: pointer
        .optional()
        .describe("Says whether there is more; default: while there is a cursor."),
      max,
    }),
    z.strictObject({
      page: name.describe("The parameter that takes the number of the page."),
      first: wholeNumber("a page", 0, 1).default(1),
      pages: pointer.optional().describe("How many there are; default: until a page is empty."),
      max,
    }),
    z.strictObject({
      offset: name.describe("The parameter that takes the number of items before."),
      more: pointer
        .optional()
        .describe("Says whether there is more; default: until a page is empty."),
      max,
    }),
    z.strictObject({
      link: z
        .union([z.literal("header"), pointer])
        .describe(
          "The URL of the next page: header (Link, rel=next), or a pointer. It must be the same host and path.",
        ),
      max,
    }),
  ],
  { error: "must be { cursor, from }, { page }, { offset } or { link }" },
);

/** Every key that the administrator can see. */
export const list = z.strictObject({
  ...requestKeys,
  items: pointer.describe("The list in the reply; empty: the reply itself."),
  id: z
    .union([pointers, z.record(z.string(), pointers)])
    .describe("In an item; as create gives it."),
  name: pointers.optional().describe("In an item: what the key was created with."),
  created: pointers.optional().describe("In an item: when."),
  lastUsed: pointers.optional().describe("In an item: when it was used last; null: never."),
  unit: z
    .enum(["iso", "unix", "ms"])
    .default("iso")
    .describe("What created and lastUsed are in; default iso (ISO 8601)."),
  disabled: z
    .strictObject({ pointer: pointers, equals: z.json() })
    .optional()
    .describe("In an item: that it is disabled."),
  skip: z
    .strictObject({ pointer: pointers, equals: z.json() })
    .optional()
    .describe("In an item: that the key exists no more, e.g. /status archived."),
  paging: paging.optional().describe("Absent: one page holds all."),
});
