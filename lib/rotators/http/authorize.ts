import { AdminKeyRefused, ProviderUnavailable } from "../key/errors.ts";
import type { Access, KeyParts } from "../key/provider.ts";
import { type AdminParts, readAdmin } from "./admin.ts";
import { KeyIncomplete } from "./errors.ts";
import { type Grant, grantOf } from "./exchange.ts";
import { answered } from "./patience.ts";
import { fillText, type Values } from "./placeholders.ts";
import { filledHeaders, formPost } from "./request.ts";
import type { HttpSpec } from "./spec.ts";
import type { Transport } from "./transport.ts";

type Headers = Readonly<Record<string, string>>;

/** What the headers of one call are made with. */
export interface Authority {
  readonly spec: HttpSpec;
  readonly transport: Transport;
  readonly at: Access;
}

/** Who manages keys, for messages. */
export const adminName = ({ admin }: HttpSpec): string => admin?.secret ?? "the key of AWSCURRENT";

/**
 * The headers of the administrator, or of the key of AWSCURRENT where there is none. Its secret is read now.
 * @throws AdminKeyMissing, AdminKeyRefused, ProviderUnavailable
 */
export async function adminHeaders(authority: Authority): Promise<Headers> {
  const { spec, at } = authority;
  const { auth } = spec.preset;
  if (!spec.admin || !auth.admin) return keyHeaders(spec, at.current);
  const parts = await readAdmin(spec.admin, at);
  if ("exchange" in auth.admin)
    return {
      Authorization: `Bearer ${await token(authority, grantOf(auth.admin, parts, spec, at.now()))}`,
    };
  return headersOf(spec, auth.admin, ofAdmin(parts));
}

/** The headers with which a key is used. @throws KeyIncomplete */
export function keyHeaders(spec: HttpSpec, key: KeyParts): Headers {
  const { key: auth } = spec.preset.auth;
  return auth
    ? headersOf(spec, auth, (source, rest) => (source === "key" ? key.get(rest) : undefined))
    : {};
}

const ofAdmin =
  (parts: AdminParts): Values =>
  (source, rest) =>
    source === "admin" ? parts(rest) : undefined;

type Static = NonNullable<HttpSpec["preset"]["auth"]["key"]>;

function headersOf(spec: HttpSpec, auth: Static, own: Values): Headers {
  const values: Values = (source, rest) =>
    source === "param" ? spec.params[rest] : own(source, rest);
  if ("headers" in auth) {
    const filled = filledHeaders(auth.headers, values);
    if ("missing" in filled) throw new KeyIncomplete(spec.preset.title, filled.missing);
    return filled.headers;
  }
  const pair = auth.basic.map((template) => {
    const text = fillText(template, values);
    if (text === undefined) throw new KeyIncomplete(spec.preset.title, template);
    return text;
  });
  return { Authorization: `Basic ${Buffer.from(pair.join(":")).toString("base64")}` };
}

/** The access token of OAuth 2.0 (RFC 6749 section 5.1). */
async function token({ spec, transport, at }: Authority, grant: Grant): Promise<string> {
  const { title } = spec.preset;
  const sent = formPost(spec.hosts[grant.host] ?? "", grant.path, grant.form, grant.headers);
  const reply = await answered(title, `POST ${grant.path}`, at, () => transport(sent, at.signal));
  const { access_token: value } = Object(reply.json);
  if (reply.status === 200 && typeof value === "string") return value;
  if (reply.status === 400 || reply.status === 401)
    throw new AdminKeyRefused(title, adminName(spec), "get an access token");
  throw new ProviderUnavailable(title, `POST ${grant.path} answered HTTP ${reply.status}`);
}
