import { randomUUID, webcrypto } from "node:crypto";
import { isIP } from "node:net";

/**
 * A certificate authority of a test, made at run time: nothing of it is in the
 * repository. ECDSA P-256, valid from a day ago for thirty days. A second authority is "an unknown CA".
 */
export interface Authority {
  /** PEM. */
  certificate: string;
  /** A server certificate for these DNS names and IP addresses; both parts PEM (key: PKCS #8). */
  issue(names: readonly string[]): Promise<{ certificate: string; key: string }>;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 86_400_000;

/** Loading it takes a tenth of a second, and most processes make no authority. */
async function load() {
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}

export async function makeAuthority(): Promise<Authority> {
  const x509 = await load();
  const keys = await makeKeys();
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    // Two in one file must be told apart.
    name: `CN=Quarterturn test authority ${randomUUID()}`,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
    ],
  });
  return {
    certificate: authority.toString("pem"),
    async issue(names) {
      const { publicKey, privateKey } = await makeKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        ...validity(),
        subject: "CN=Quarterturn test server",
        issuer: authority.subject,
        publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.ExtendedKeyUsageExtension([
            x509.ExtendedKeyUsage.serverAuth,
            x509.ExtendedKeyUsage.clientAuth,
          ]),
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) ? "ip" : "dns", value })),
          ),
        ],
      });
      const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", privateKey);
      return {
        certificate: certificate.toString("pem"),
        key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
      };
    },
  };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function validity() {
  const now = Date.now();
  return {
    notBefore: new Date(now - dayMs),
    notAfter: new Date(now + 30 * dayMs),
    signingAlgorithm: algorithm,
  };
}
