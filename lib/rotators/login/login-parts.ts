import type { SecretDocument } from "../../secret/document.ts";
import { FieldInvalid } from "../../secret/errors.ts";
import { Secret } from "../../secret/secret.ts";
import { roleMissing } from "./errors.ts";
import type { LoginSpec, Role } from "./login.ts";
import { hostInUrl, portInUrl, urlIn } from "./login-url.ts";

/** AWS's own names first (aws-facts 4.9), then those of hand-made secrets. */
export const usualNames: Record<Role, readonly string[]> = {
  host: ["host", "hostname"],
  port: ["port"],
  database: ["dbname", "database"],
  username: ["username", "user"],
  password: ["password"],
};

/**
 * The field that plays a role in this document: the declared one, else one of the usual names that is filled in. None
 * where the manifest states the value: a field of a usual name then belongs to something else.
 */
export function fieldOf(document: SecretDocument, spec: LoginSpec, role: Role): string | undefined {
  return candidates(spec, role).find(
    (name) => name === spec.fields[role] || document.isFilled(name),
  );
}

function candidates(spec: LoginSpec, role: Role): readonly string[] {
  const declared = spec.fields[role];
  if (declared !== undefined) return [declared];
  // Stryker disable next-line ArrayDeclaration: no document has such a field
  return stated(spec, role) !== undefined || spec.isInUrlAlone ? [] : usualNames[role];
}

function stated(spec: LoginSpec, role: Role): string | undefined {
  const connection: Partial<Record<Role, string | number | undefined>> = spec.connection;
  return connection[role]?.toString();
}

/**
 * The role's value: of its field, of the manifest, of the first of the URLs. A field that is `null` or empty counts as
 * absent where something else has the value.
 * @throws FieldMissing, FieldInvalid
 */
export function readPart(
  document: SecretDocument,
  spec: LoginSpec,
  role: Role,
  fallback?: string,
  hasSeveralHosts = false,
): string {
  const field = fieldOf(document, spec, role);
  const filled = field === undefined ? undefined : document.readFilled(field);
  if (filled !== undefined) return filled;
  const present = candidates(spec, role).find((name) => document.has(name));
  if (spec.fields[role] !== undefined && present === undefined)
    throw roleMissing(document.where, role, [spec.fields[role]]);
  const value = stated(spec, role) ?? inUrl(document, spec, role, hasSeveralHosts) ?? fallback;
  if (value !== undefined) return value;
  if (present !== undefined) throw new FieldInvalid(document.where, present, "filled in");
  throw roleMissing(document.where, role, usualNames[role]);
}

function inUrl(
  document: SecretDocument,
  spec: LoginSpec,
  role: Role,
  hasSeveralHosts: boolean,
): string | undefined {
  const [field] = spec.urls;
  if (field === undefined) return undefined;
  if (role === "host") return hostInUrl(document, field, hasSeveralHosts);
  if (role === "port")
    return portInUrl(document, field, readHost(document, spec, true))?.toString();
  const part = urlIn(document, field)[role];
  return part instanceof Secret ? part.reveal() : part;
}

/**
 * Error messages quote the host, so reject anything that is not one: it could be a URL with a password.
 * @param hasSeveral whether the login is on each host of a URL: the first one then stands for all
 */
export function readHost(document: SecretDocument, spec: LoginSpec, hasSeveral: boolean): string {
  const host = readPart(document, spec, "host", undefined, hasSeveral);
  if (/^[\w.:-]+$/.test(host)) return host;
  const field = fieldOf(document, spec, "host") ?? "host";
  throw new FieldInvalid(document.where, field, "a host name or address");
}
