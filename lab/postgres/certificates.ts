import "reflect-metadata";
import { randomUUID, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

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

export async function makeAuthority(): Promise<Authority> {
  const keys = await makeKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity(),
    // Two in one file must be told apart.
    name: `CN=Quarterturn test authority ${randomUUID()}`,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  return {
    certificate: authority.toString("pem"),
    async issue(names) {
      const { publicKey, privateKey } = await makeKeys();
      const certificate = await X509CertificateGenerator.create({
        ...validity(),
        subject: "CN=Quarterturn test server",
        issuer: authority.subject,
        publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          new SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) ? "ip" : "dns", value })),
          ),
        ],
      });
      const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", privateKey);
      return {
        certificate: certificate.toString("pem"),
        key: PemConverter.encode(pkcs8, "PRIVATE KEY"),
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
