import { z } from "zod";
import { milliseconds } from "../../manifest/duration.ts";
import { text } from "../../manifest/forms.ts";

/** Text with placeholders, e.g. `/api-keys/{old.id}`; see placeholders.ts. A text that is one placeholder keeps its JSON type. */
export const template = z.string().describe("Text with placeholders.");

/** Where something stands in a reply; several: the first that is there. */
export const pointer = z
  .string()
  .regex(/^(\/|$)/, "must be a JSON Pointer like /data/id; empty for the whole reply")
  .meta({ examples: ["/data/id"] });

export const pointers = z
  .union([pointer, z.array(pointer).min(1)], {
    error: "must be a JSON Pointer like /data/id, or a list of them",
  })
  .describe("A JSON Pointer into the reply, or several of which the first that is there counts.");

const statusForm =
  "must be an HTTP status from 200 to 299 or 400 to 499: no other status says anything about a key";

const status = z
  .int()
  .min(200, statusForm)
  .max(499, statusForm)
  .refine((value) => value < 300 || value >= 400, statusForm)
  .meta({ examples: [200] });

/** What a reply must be like. All of it must fit. */
const condition = z.strictObject({
  status: z
    .union([status, z.array(status).min(1)], { error: "must be an HTTP status, or a list of them" })
    .describe("One or more HTTP statuses."),
  pointer: pointers.optional().describe("What equals, matches or contains looks at."),
  equals: z.json().optional().describe("The value there."),
  matches: text("a pattern")
    .optional()
    .describe("A regular expression that fits the string there."),
  contains: template.optional().describe("An item of the list there."),
  text: text("a pattern")
    .optional()
    .describe("A regular expression that fits the whole reply, where that is not JSON."),
});

/** A reply that means something: a status, or more. */
export const when = z.union([status, condition], {
  error: "must be an HTTP status, or { status: 400, pointer: /name, equals: not_found }",
});

export const whens = z.array(when).min(1, "is empty: list a status");

/** Who asks. */
export const as = z
  .enum(["admin", "key"])
  .default("admin")
  .describe("Whose headers go with it; default admin.");

const fields = z.record(z.string(), z.json());

/** One HTTPS request whose every reply means something. Redirects are never followed. */
export const questionKeys = {
  as,
  host: z.string().default("api").describe("One of hosts; default api."),
  method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
  path: z
    .string()
    .regex(/^\/[^?#\s]*$/, "must begin with / and hold no ?, # or space: parameters stand in query")
    .meta({ examples: ["/v1/keys/{old.id}"] })
    .describe("Each placeholder becomes one segment; {+old.id} may hold several."),
  query: fields.optional().describe("Parameters of the URL. What is not there is left out."),
  headers: z.record(z.string(), template).optional(),
  json: z.json().optional().describe("The body as JSON."),
  form: fields.optional().describe("The body as application/x-www-form-urlencoded."),
  multipart: fields.optional().describe("The body as multipart/form-data."),
};

/** One HTTPS request that succeeds or fails. */
export const requestKeys = {
  ...questionKeys,
  ok: whens.default([200]).describe("Replies of success; default 200."),
};

export const request = z.strictObject(requestKeys);

/** A part of the key by where the reply has it. `id` may be several parts, which `{old.PART}` names. */
export const result = z.record(
  z.string().regex(/^[a-z][A-Za-z0-9]*$/, "must be a name of letters and digits, like secret"),
  z.union([pointers, z.record(z.string(), pointers)], {
    error:
      "must be a JSON Pointer like /data/id, a list of them, or for id { account: /id, key: /key/id }",
  }),
);

/** Compiled to milliseconds. */
export const duration = z
  .string()
  .regex(/^\d{1,5}[smhd]$/, "must be a whole number followed by s, m, h or d, like 90s or 7d")
  .meta({ examples: ["90s"] })
  .transform(milliseconds);
