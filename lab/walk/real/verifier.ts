import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** Whether a SCRAM verifier, as `pg_authid` holds it, is of this password. */
export function isOf(verifier: string, password: string): boolean {
  const [, iterations = "", salt = "", stored = ""] =
    /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(verifier) ?? [];
  if (!stored) return false;
  const salted = pbkdf2Sync(
    password,
    Buffer.from(salt, "base64"),
    Number(iterations),
    32,
    "sha256",
  );
  const key = createHmac("sha256", salted).update("Client Key").digest();
  return createHash("sha256").update(key).digest("base64") === stored;
}
