import { randomBytes } from "node:crypto";

/** A value for a sample document: letters, digits, - and _, made anew each time. */
export const random = (length: number) =>
  randomBytes(length).toString("base64url").slice(0, length);

/** As `openssl rand -hex` makes it. */
export const hex = (bytes: number) => randomBytes(bytes).toString("hex");
