import { createHash } from "node:crypto";
import pg from "pg";
import type { Secret } from "../../secret/secret.ts";
import type { Login } from "../login/login.ts";
import { scramVerifier } from "./scram.ts";

/** How long a statement waits for another rotation's row or lock. */
const lockWait = "10s";

/** The same of a change that consumers wait for: shorter than PasswordSwitch waits for the answer. */
const switchWait = "2s";

/** No statement that changes a role takes bind parameters (`42601`): every name and value passes here. */
export const quoteName = (name: string): string => pg.escapeIdentifier(withoutNul(name));
export const quoteText = (text: string): string => pg.escapeLiteral(withoutNul(text));

/**
 * Set before every look-up in an administrator's session: the owner of the database decides where names are looked up
 * there, and could plant functions that the administrator would then run.
 */
export const safePath = "SET search_path TO pg_catalog";

/** The protocol ends a statement at NUL; readLogin refuses such names long before. */
function withoutNul(text: string): string {
  return text.replaceAll("\0", "");
}

/** One transaction, which the server itself gives up in time. READ WRITE overrides default_transaction_read_only. */
export const switchTransaction = (change: string): string =>
  `BEGIN READ WRITE; SET LOCAL statement_timeout = '${switchWait}'; ${change}; COMMIT`;

/**
 * `ALTER ROLE … PASSWORD`, with a verifier unless the server is declared to refuse those. The role is
 * named, never CURRENT_USER, which a role setting changes.
 */
export async function changePassword(
  form: Login["passwordForm"],
  username: string,
  password: Secret<string>,
  wait: "10s" | "2s" = lockWait,
): Promise<string> {
  const stored = form === "plaintext" ? password : await scramVerifier(password);
  return `SET LOCAL lock_timeout = '${wait}'; ALTER ROLE ${quoteName(username)} PASSWORD ${quoteText(stored.reveal())}`;
}

/** Advisory locks are numbers of 64 bits, per database; they end with their session. */
function lockKey(username: string): bigint {
  return createHash("sha256").update(`quarterturn:${username}`).digest().readBigInt64BE();
}

export const tryLock = (username: string): string =>
  `SELECT pg_catalog.pg_try_advisory_lock(${lockKey(username)}) AS free`;

export const waitForLock = (username: string): string =>
  `SET lock_timeout = '${lockWait}'; SELECT pg_catalog.pg_advisory_lock(${lockKey(username)})`;
