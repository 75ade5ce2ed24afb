import { createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { z } from "zod";
import { characters } from "../random.ts";

const scope = "https://www.googleapis.com/auth/cloud-platform";
const tokenUri = "https://oauth2.googleapis.com/token";

/** The key file of a service account, made up. */
export function serviceAccount(project: string): Readonly<Record<string, string>> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    type: "service_account",
    client_email: `keys@${project}.iam.gserviceaccount.com`,
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    private_key_id: characters(40, "hex"),
    token_uri: tokenUri,
  };
}

export const accessToken = (admin: Readonly<Record<string, string>>) =>
  `ya29.${createHash("sha256").update(`${admin["private_key"]}`).digest("hex")}`;

const claims = z.object({
  iss: z.string(),
  scope: z.literal(scope),
  aud: z.literal(tokenUri),
  iat: z.number(),
  exp: z.number(),
});

/** A JWT that the service account's key signed; RFC 7523. */
export function isSigned(assertion: string, admin: Readonly<Record<string, string>>, now: number) {
  const [header = "", payload = "", signature = ""] = assertion.split(".");
  const bytes = Buffer.from(signature, "base64url");
  const key = createPublicKey(admin["private_key"] ?? "");
  if (!verify("sha256", Buffer.from(`${header}.${payload}`), key, bytes)) return false;
  const parsed = claims.safeParse(JSON.parse(Buffer.from(payload, "base64url").toString()));
  if (!parsed.success || parsed.data.iss !== admin["client_email"]) return false;
  const { iat, exp } = parsed.data;
  return iat <= now / 1000 + 60 && exp > now / 1000 && exp - iat <= 3600;
}
