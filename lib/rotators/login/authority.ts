import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { LoginSpec } from "./login.ts";

/**
 * The certificate authority that `ca` means.
 * @param folder in which PEM files are looked for
 */
export function authority(
  ca: string | undefined,
  folder: string,
  complain: (problem: string) => void,
): LoginSpec["ca"] {
  if (ca === undefined || ca === "system" || ca === "rds") return ca;
  try {
    const certificates = readCertificates(resolve(folder, ca));
    if (certificates.length > 0) return { pem: certificates.join("\n") };
    complain(
      `${ca} contains no PEM certificate: name the file of the server's CA, or write system or rds`,
    );
  } catch (error) {
    complain(
      error instanceof Error && "syscall" in error
        ? `cannot read the file ${ca} in the manifest's folder: put it there, or write system or rds`
        : `${ca} contains an invalid certificate: export it again as PEM`,
    );
  }
  return undefined;
}

/** Certificates only: a private key in the same file must not get into the bundle. */
function readCertificates(file: string): readonly string[] {
  const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
  const blocks = readFileSync(file, "utf8").match(certificate) ?? [];
  // TLS silently ignores a certificate that it cannot parse, so parse each of them here.
  return blocks.map((pem) => new X509Certificate(pem).toString().trim());
}
