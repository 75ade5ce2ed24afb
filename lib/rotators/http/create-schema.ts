import { z } from "zod";
import {
  duration,
  pointer,
  pointers,
  requestKeys,
  result,
  template,
  when,
  whens,
} from "./request-schema.ts";

export const create = z
  .strictObject({
    ...requestKeys,
    result: result.default({}),
    exists: z
      .strictObject({ when, id: template })
      .optional()
      .describe("The reply that means that this name exists, and the id of its key."),
  })
  .describe(
    "Creates a key. Sent once in an attempt, after a look for the key of the attempt before.",
  );

export const operation = z
  .strictObject({
    ...requestKeys,
    done: pointer,
    error: pointer,
    result,
    every: duration,
    within: duration,
  })
  .describe("create only begins; this is asked until it is done.");

export const reveal = z
  .strictObject({ ...requestKeys, result })
  .describe("Reads the values of an existing key, if the provider shows them again.");

export const copy = z
  .strictObject({
    ...requestKeys,
    keep: z
      .record(z.string(), pointers)
      .describe("The part of the reply that {copied.NAME} stands for."),
    gone: whens
      .default([404])
      .describe("Replies that mean that there is no such key; default 404."),
    else: z
      .record(z.string(), template)
      .optional()
      .describe("The value of {copied.NAME} if there is no such key, e.g. {param.scopes}."),
  })
  .describe("Reads the key whose rights the new one takes over.");
