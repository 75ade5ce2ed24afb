import type { SecretDocument } from "../../secret/document.ts";
import { FieldInvalid, FieldMissing } from "../../secret/errors.ts";
import { Secret } from "../../secret/secret.ts";
import { checkEngine } from "./engine-field.ts";
import type { Login, LoginSpec, UrlOptions } from "./login.ts";
import { fieldOf, readHost, readPart } from "./login-parts.ts";
import { checkUrl, textIn } from "./login-url.ts";

/** What an engine knows of its logins (a part of its traits). */
export interface LoginDefaults {
  /** In lower case: what the field `engine` may hold. */
  readonly engineNames: readonly string[];
  readonly defaultPort: number;
  readonly defaultDatabase: string;
  /** Who logs in where the secret names nobody; absent: a user must be named. */
  readonly defaultUsername?: string;
  /** In bytes of UTF-8. */
  readonly maxUsernameLength: number;
  /** What an administrator's secret may call user and password, if they are not a login of the server. */
  readonly adminFields?: { readonly username: string; readonly password: string };
  /** A user belongs to a database, which a login names: `app` of two databases is two users. Default: to the server. */
  readonly usersOfDatabases?: true;
  /**
   * For an engine whose URLs say more than host and database. Pure.
   * @param refuse makes the error for a URL that no login can have
   */
  readonly readUrl?: (url: string, refuse: (expected: string) => Error) => UrlReading;
}

/** What a URL says in its engine's own way. Of several hosts, the first stands for all. */
export interface UrlReading {
  /** Where the path is not the database that the login names. */
  readonly database?: string;
  readonly options: UrlOptions;
}

function readPort(document: SecretDocument, spec: LoginSpec, fallback: number): number {
  const text = readPart(document, spec, "port", String(fallback));
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
 * @throws FieldMissing, FieldInvalid, UrlMismatch, EngineMismatch
 */
export function readLogin(
  document: SecretDocument,
  spec: LoginSpec,
  defaults: LoginDefaults,
): Login {
  checkEngine(document, spec, defaults.engineNames);
  const own = ownReading(document, spec, defaults);
  const login: Login = {
    host: readHost(document, spec, own !== undefined),
    port: readPort(document, spec, defaults.defaultPort),
    database: own?.database ?? readPart(document, spec, "database", defaults.defaultDatabase),
    username: readUsername(document, spec, defaults),
    password: new Secret(readPart(document, spec, "password")),
    ca: spec.ca,
    passwordForm: spec.passwordForm,
    ...(own && { options: own.options }),
  };
  const { defaultPort } = defaults;
  for (const field of spec.urls)
    checkUrl(document, field, login, { defaultPort, otherHosts: spec.otherHosts });
  for (const field of spec.copies ?? []) checkCopy(document, field, login.password);
  return login;
}

/** Of the first URL. What the manifest declares wins. */
function ownReading(
  document: SecretDocument,
  { urls: [field], fields, connection }: LoginSpec,
  { readUrl }: LoginDefaults,
): UrlReading | undefined {
  if (!readUrl || field === undefined) return undefined;
  const reading = readUrl(
    textIn(document, field),
    (expected) => new FieldInvalid(document.where, field, expected),
  );
  if (fields.database === undefined && connection.database === undefined) return reading;
  const { database: _, ...declared } = reading;
  return declared;
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

function readUsername(
  document: SecretDocument,
  spec: LoginSpec,
  { maxUsernameLength: maximum, defaultUsername }: LoginDefaults,
): string {
  const username = readPart(document, spec, "username", defaultUsername);
  if (!username.includes("\0") && Buffer.byteLength(username) <= maximum) return username;
  const field = fieldOf(document, spec, "username") ?? "username";
  throw new FieldInvalid(document.where, field, `a user name of at most ${maximum} bytes`);
}
