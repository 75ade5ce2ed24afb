import type { SecretDocument } from "../../secret/document.ts";
import { FieldInvalid } from "../../secret/errors.ts";
import type { Secret } from "../../secret/secret.ts";
import { parseConnectionText } from "./connection-text.ts";
import { roleMissing, UrlMismatch } from "./errors.ts";
import { bracketed, type ConnectionText, endsInPassword } from "./url.ts";

/** Where a login leads, as far as a URL shows. */
interface Target {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: Secret<string>;
}

/** @throws FieldMissing */
export function textIn(document: SecretDocument, field: string): string {
  const text = document.read(field);
  if (text === undefined) throw roleMissing(document.where, "URL", [field]);
  return text;
}

/**
 * The connection URL, or connection string, in a field. One that names the login twice, or whose password holds
 * an unencoded `/`, `?` or `#`, would be replaced in the wrong place.
 * @throws FieldMissing, FieldInvalid
 */
export function urlIn(document: SecretDocument, field: string): ConnectionText {
  const text = textIn(document, field);
  const url = parseConnectionText(text);
  const refuse = (expected: string) => new FieldInvalid(document.where, field, expected);
  if (!url)
    throw refuse(
      "a URL (scheme://user:password@host/…), nor a connection string (host=… user=… password=…)",
    );
  if (endsInPassword(text))
    throw refuse("a URL whose password is percent-encoded (`/` is %2F, `?` is %3F, `#` is %23)");
  if (url.isAmbiguous) throw refuse("a text that names user and password once");
  return url;
}

/**
 * The host that a URL names, without brackets.
 * @param takesFirst of several hosts
 * @throws FieldInvalid when there are several otherwise: none of them is the server
 */
export function hostInUrl(
  document: SecretDocument,
  field: string,
  takesFirst: boolean,
): string | undefined {
  const [first, ...others] = hostsOf(lastPlace(urlIn(document, field)));
  // Stryker disable next-line OptionalChaining: there is always one
  if (others.length === 0 || takesFirst)
    return first?.host.replace(/^\[(.*)\]$/, "$1") || undefined;
  throw new FieldInvalid(
    document.where,
    field,
    "a URL of one host: set connection.host (and port) to the one that gets the change",
  );
}

/** The port that a URL names for this host. */
export function portInUrl(
  document: SecretDocument,
  field: string,
  host: string,
): number | undefined {
  const hosts = hostsOf(lastPlace(urlIn(document, field)));
  return hosts.find((each) => isHost(each.host, host))?.port;
}

// Stryker disable next-line StringLiteral: there is always one
const lastPlace = ({ places }: ConnectionText) => places.at(-1) ?? "";

/**
 * @param otherHosts of the same login, as `host` or `host:port`
 * @throws FieldMissing, FieldInvalid, UrlMismatch
 */
export function checkUrl(
  document: SecretDocument,
  field: string,
  login: Target,
  {
    defaultPort,
    // Stryker disable next-line ArrayDeclaration: no URL has such a host
    otherHosts = [],
  }: { defaultPort: number; otherHosts?: readonly string[] | undefined },
): void {
  const url = urlIn(document, field);
  const own = { host: bracketed(login.host), port: login.port };
  const accepted = [own, ...otherHosts.flatMap(hostsOf)];
  const places = url.places.map(hostsOf);
  for (const place of places) {
    const pairs = place.flatMap(({ host, port = defaultPort }) =>
      accepted
        .filter((each) => each.host.toLowerCase() === host.toLowerCase())
        .map((each) => each.port === undefined || each.port === port),
    );
    if (pairs.length === 0) throw new UrlMismatch(document.where, field, "host");
    if (!pairs.includes(true)) throw new UrlMismatch(document.where, field, "port");
  }
  const isElsewhere = !places.flat().some(({ host }) => isHost(host, login.host));
  const isTenant = isElsewhere && tenantOf(url, login.username) !== undefined;
  if (url.username !== undefined && url.username !== login.username && !isTenant)
    throw new UrlMismatch(document.where, field, "user");
  if (url.password && !url.password.equals(login.password))
    throw new UrlMismatch(document.where, field, "password");
}

/** What a pooler's login name has behind the role's, dot included: `.tenant`. */
export function tenantOf({ username }: ConnectionText, role: string): string | undefined {
  return username?.startsWith(`${role}.`) ? username.slice(role.length) : undefined;
}

const isHost = (inUrl: string, host: string) =>
  inUrl.toLowerCase() === bracketed(host).toLowerCase();

function hostsOf(hosts: string): readonly { readonly host: string; readonly port?: number }[] {
  return hosts.split(",").map((each) => {
    // Stryker disable next-line ArrayDeclaration: its first element is not read
    const [, host, port] = /^(.*):(\d+)$/.exec(each) ?? [];
    return host === undefined ? { host: each } : { host, port: Number(port) };
  });
}
