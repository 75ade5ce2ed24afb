import type { SecretDocument } from "../../secret/document.ts";
import { FieldInvalid, FieldMissing } from "../../secret/errors.ts";
import { Secret } from "../../secret/secret.ts";
import { EngineMismatch, roleMissing } from "./errors.ts";
import type { Login, LoginSpec, Role } from "./login.ts";
import { checkUrl, hostInUrl, portInUrl, urlIn } from "./login-url.ts";

/** What an engine knows of its logins (a part of its traits). */
export interface LoginDefaults {
  readonly engineNames: readonly string[];
  readonly defaultPort: number;
  readonly defaultDatabase: string;
  /** In bytes of UTF-8. */
  readonly maxUsernameLength: number;
}

/** AWS's own names first (aws-facts 4.9), then those of hand-made secrets. */
export const usualNames: Record<Role, readonly string[]> = {
  host: ["host", "hostname"],
  port: ["port"],
  database: ["dbname", "database"],
  username: ["username", "user"],
  password: ["password"],
};

/**
 * The field that plays a role in this document: the declared one, else one of the usual names. None where
 * the manifest states the value: a field of a usual name then belongs to something else.
 */
export function fieldOf(document: SecretDocument, spec: LoginSpec, role: Role): string | undefined {
  const declared = spec.fields[role];
  if (declared !== undefined || stated(spec, role) !== undefined || spec.isInUrlAlone)
    return declared;
  return usualNames[role].find((name) => document.has(name));
}

function stated(spec: LoginSpec, role: Role): string | undefined {
  return role === "password" ? undefined : spec.connection[role]?.toString();
}

function read(document: SecretDocument, spec: LoginSpec, role: Role, fallback?: string): string {
  const declared = spec.fields[role];
  const field = fieldOf(document, spec, role);
  const value =
    field === undefined
      ? (stated(spec, role) ?? inUrl(document, spec, role))
      : document.read(field);
  if (value !== undefined && value !== "") return value;
  if (value === "") throw new FieldInvalid(document.where, field ?? role, "filled in");
  if (declared === undefined && fallback !== undefined) return fallback;
  throw roleMissing(document.where, role, declared ? [declared] : usualNames[role]);
}

/**
 * The role's value in the first of the URLs, for a role without a field.
 * @throws FieldMissing, FieldInvalid
 */
function inUrl(document: SecretDocument, spec: LoginSpec, role: Role): string | undefined {
  const [field] = spec.urls;
  if (field === undefined) return undefined;
  if (role === "host") return hostInUrl(document, field);
  if (role === "port") return portInUrl(document, field, readHost(document, spec))?.toString();
  const part = urlIn(document, field)[role];
  return part instanceof Secret ? part.reveal() : part;
}

/** Error messages quote the host, so reject anything that is not one: it could be a URL with a password. */
function readHost(document: SecretDocument, spec: LoginSpec): string {
  const host = read(document, spec, "host");
  if (/^[\w.:-]+$/.test(host)) return host;
  const field = fieldOf(document, spec, "host") ?? "host";
  throw new FieldInvalid(document.where, field, "a host name or address");
}

function readPort(document: SecretDocument, spec: LoginSpec, fallback: number): number {
  const text = read(document, spec, "port", String(fallback));
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65535) return port;
  throw new FieldInvalid(
    document.where,
    fieldOf(document, spec, "port") ?? "port",
    "a port number",
  );
}

/**
 * The login that a document holds for this credential.
 * @throws FieldMissing, FieldInvalid, UrlMismatch
 */
export function readLogin(
  document: SecretDocument,
  spec: LoginSpec,
  defaults: LoginDefaults,
): Login {
  checkEngine(document, spec, defaults.engineNames);
  const login: Login = {
    host: readHost(document, spec),
    port: readPort(document, spec, defaults.defaultPort),
    database: read(document, spec, "database", defaults.defaultDatabase),
    username: readUsername(document, spec, defaults.maxUsernameLength),
    password: new Secret(read(document, spec, "password")),
    ca: spec.ca,
    passwordForm: spec.passwordForm,
  };
  const { defaultPort } = defaults;
  for (const field of spec.urls)
    checkUrl(document, field, login, { defaultPort, otherHosts: spec.otherHosts });
  for (const field of spec.copies ?? []) checkCopy(document, field, login.password);
  return login;
}

/** A field that holds something else would lose it. */
function checkCopy(document: SecretDocument, field: string, password: Secret<string>): void {
  const value = document.read(field);
  if (value === undefined) throw new FieldMissing(document.where, `field ${JSON.stringify(field)}`);
  if (value !== password.reveal())
    throw new FieldInvalid(
      document.where,
      field,
      "the same as the password, which rotation.yml declares it to be",
    );
}

function readUsername(document: SecretDocument, spec: LoginSpec, maximum: number): string {
  const username = read(document, spec, "username");
  if (!username.includes("\0") && Buffer.byteLength(username) <= maximum) return username;
  const field = fieldOf(document, spec, "username") ?? "username";
  throw new FieldInvalid(document.where, field, `a user name of at most ${maximum} bytes`);
}

function checkEngine(
  document: SecretDocument,
  spec: LoginSpec,
  engineNames: readonly string[],
): void {
  const engine = document.has("engine") ? document.read("engine") : undefined;
  if (engine === undefined || engineNames.includes(engine)) return;
  throw new EngineMismatch(document.where, engine, spec.type);
}
