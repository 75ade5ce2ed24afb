import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { LoginSpec } from "../rotators/login/login.ts";

/** Whom to trust; `folder` is where files are looked for. What is wrong is told to `complain`. */
export function authority(
  ca: string | undefined,
  folder: string,
  complain: (problem: string) => void,
): LoginSpec["ca"] {
  if (ca === undefined || ca === "system" || ca === "rds") return ca;
  try {
    const certificates = readCertificates(resolve(folder, ca));
    if (certificates.length > 0) return { pem: certificates.join("\n") };
    complain(`${ca} holds no PEM certificate: name the file of the server's CA, or system, or rds`);
  } catch (error) {
    complain(
      error instanceof Error && "syscall" in error
        ? `cannot read ${ca} (it is looked for beside the manifest): put it there, or say system, or rds`
        : `${ca} holds a certificate that cannot be read: export it again as PEM`,
    );
  }
  return undefined;
}

/** Certificates only: a private key beside them in the file must not reach the bundle. */
function readCertificates(file: string): readonly string[] {
  const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
  const found = readFileSync(file, "utf8").match(certificate) ?? [];
  // Trusting none of them, silently, is what TLS does with one that it cannot read.
  return found.map((pem) => new X509Certificate(pem).toString().trim());
}
