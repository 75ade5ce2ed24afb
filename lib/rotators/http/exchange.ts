import { sign } from "node:crypto";
import type { AdminParts } from "./admin.ts";
import { AdminKeyMissing } from "./errors.ts";
import { fill, fillText, type Values } from "./placeholders.ts";
import type { HttpSpec } from "./spec.ts";

type Admin = NonNullable<HttpSpec["preset"]["auth"]["admin"]>;
type Exchange = Extract<Admin, { readonly exchange: string }>;

/** What is sent for an access token. It holds secrets. */
export interface Grant {
  /** A short name of the preset. */
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

export function grantOf(auth: Exchange, parts: AdminParts, spec: HttpSpec, now: Date): Grant {
  return auth.exchange === "google-service-account"
    ? serviceAccount(auth, parts, spec, now)
    : clientCredentials(auth, parts, spec);
}

/** RFC 6749 section 4.4. */
function clientCredentials(
  { token }: Extract<Exchange, { readonly exchange: "oauth2-client-credentials" }>,
  parts: AdminParts,
  { params }: HttpSpec,
): Grant {
  const values: Values = (source, rest) => {
    if (source === "admin") return parts(rest);
    return source === "param" ? params[rest] : undefined;
  };
  const [id = "", secret = ""] = token.client.map((template) => fillText(template, values));
  const more = Object.entries(token.form ?? {}).map(([name, each]) => [
    name,
    String(fill(each, values)),
  ]);
  const form = { grant_type: "client_credentials", ...Object.fromEntries(more) };
  const { host, path } = token;
  if (token.send === "form")
    return { host, path, headers: {}, form: { ...form, client_id: id, client_secret: secret } };
  // Each is form-encoded first (section 2.3.1).
  const pair = [id, secret].map(encodeURIComponent).join(":");
  return { host, path, headers: { Authorization: `Basic ${base64(pair)}` }, form };
}

/** A JWT that the service account signs (RFC 7523; Google: "Using OAuth 2.0 for Server to Server Applications"). */
function serviceAccount(
  { token, scope }: Extract<Exchange, { readonly exchange: "google-service-account" }>,
  parts: AdminParts,
  { hosts, admin }: HttpSpec,
  now: Date,
): Grant {
  const iat = Math.floor(now.getTime() / 1e3);
  const aud = `https://${hosts[token.host]}${token.path}`;
  const header = { alg: "RS256", typ: "JWT", kid: parts("private_key_id").reveal() };
  const claims = { iss: parts("client_email").reveal(), scope, aud, iat, exp: iat + 600 };
  const body = [header, claims].map((each) => base64url(JSON.stringify(each))).join(".");
  const assertion = `${body}.${signature(body, parts("private_key").reveal(), admin?.secret ?? "")}`;
  const form = { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion };
  return { host: token.host, path: token.path, headers: {}, form };
}

function signature(text: string, key: string, secret: string): string {
  try {
    return sign("RSA-SHA256", Buffer.from(text), key).toString("base64url");
  } catch {
    throw new AdminKeyMissing(
      secret,
      "has no RSA key in PEM form under private_key",
      "Put the JSON key file of the service account into it, as Google gives it.",
    );
  }
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const base64url = (text: string) => Buffer.from(text).toString("base64url");
