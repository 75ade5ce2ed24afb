import type { SecretDocument } from "../../secret/document.ts";
import { FieldInvalid, FieldMissing } from "../../secret/errors.ts";
import { Secret } from "../../secret/secret.ts";
import { checkEngine } from "./engine-field.ts";
import type { Login, LoginSpec } from "./login.ts";
import { fieldOf, readHost, readPart } from "./login-parts.ts";
import { checkUrl } from "./login-url.ts";

/** What an engine knows of its logins (a part of its traits). */
export interface LoginDefaults {
  /** In lower case: what the field `engine` may hold. */
  readonly engineNames: readonly string[];
  readonly defaultPort: number;
  readonly defaultDatabase: string;
  /** In bytes of UTF-8. */
  readonly maxUsernameLength: number;
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
  const login: Login = {
    host: readHost(document, spec),
    port: readPort(document, spec, defaults.defaultPort),
    database: readPart(document, spec, "database", defaults.defaultDatabase),
    username: readUsername(document, spec, defaults.maxUsernameLength),
    password: new Secret(readPart(document, spec, "password")),
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
  const username = readPart(document, spec, "username");
  if (!username.includes("\0") && Buffer.byteLength(username) <= maximum) return username;
  const field = fieldOf(document, spec, "username") ?? "username";
  throw new FieldInvalid(document.where, field, `a user name of at most ${maximum} bytes`);
}
