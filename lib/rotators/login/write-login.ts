import type { SecretDocument } from "../../secret/document.ts";
import { Secret } from "../../secret/secret.ts";
import { roleMissing } from "./errors.ts";
import type { LoginSpec } from "./login.ts";
import { fieldOf, readPart, usualNames } from "./login-parts.ts";
import { tenantOf, urlIn } from "./login-url.ts";

/**
 * The document with another user and password of this credential, in its fields and in its URLs.
 * @param defaultUsername who logs in where the document names nobody
 */
export function writeLogin(
  document: SecretDocument,
  spec: LoginSpec,
  next: { readonly username: string; readonly password: Secret<string> },
  defaultUsername?: string,
): SecretDocument {
  const values = new Map<string, Secret<string>>();
  const urls = spec.urls.map((field) => urlIn(document, field));
  const username = fieldOf(document, spec, "username");
  if (username !== undefined && document.read(username) !== next.username)
    values.set(username, new Secret(next.username));
  const isNamed = username !== undefined || urls.some((url) => url.username !== undefined);
  const named = spec.connection.username ?? defaultUsername;
  if (!isNamed && named !== next.username)
    throw roleMissing(document.where, "username", usualNames.username);
  const password = fieldOf(document, spec, "password");
  if (password !== undefined) values.set(password, next.password);
  else if (!urls.some((url) => url.password !== undefined))
    throw roleMissing(document.where, "password", usualNames.password);
  for (const field of spec.copies ?? []) values.set(field, next.password);
  const old = readPart(document, spec, "username", defaultUsername);
  for (const [index, url] of urls.entries()) {
    const name = next.username + (tenantOf(url, old) ?? "");
    values.set(spec.urls[index] ?? "", new Secret(url.with(name, next.password.reveal())));
  }
  return document.with(values);
}
