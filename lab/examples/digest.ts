import { createHash } from "node:crypto";

/** Tells values apart and reveals nothing else. */
export const digest = (value: string) => createHash("sha256").update(value).digest("base64url");
