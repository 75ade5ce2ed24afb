import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { Secret } from "../../secret/secret.ts";
import { saslPrepared } from "../login/sasl-prep.ts";

const derive = promisify(pbkdf2);

/** As PostgreSQL's own default for `scram_iterations`. */
const iterations = 4096;

/**
 * What PostgreSQL stores for a password (RFC 5803), so that neither the password nor a statement with it
 * reaches the server or its log.
 */
export async function scramVerifier(password: Secret<string>): Promise<Secret<string>> {
  const salt = randomBytes(16);
  const prepared = saslPrepared(password.reveal());
  const salted = await derive(prepared, salt, iterations, 32, "sha256");
  const mac = (text: string) => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(mac("Client Key")).digest("base64");
  const server = mac("Server Key").toString("base64");
  return new Secret(`SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${stored}:${server}`);
}
