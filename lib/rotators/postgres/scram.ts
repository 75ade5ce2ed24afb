import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { Secret } from "../../secret/secret.ts";

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

/** Tables C.1.2 and B.1 of RFC 3454. */
const spaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;
const ignored =
  /\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;

/**
 * RFC 4013 without its prohibitions, as servers and clients of PostgreSQL do. Our own passwords are ASCII;
 * one that a person chose comes through here when a switch is undone.
 */
function saslPrepared(password: string): string {
  return password.replace(spaces, " ").replace(ignored, "").normalize("NFKC");
}
