import { SecretDocument } from "../../secret/document.ts";
import { whole } from "../../secret/field.ts";
import { Secret } from "../../secret/secret.ts";
import type { Access } from "../key/provider.ts";
import { AdminKeyMissing } from "./errors.ts";
import type { HttpSpec } from "./spec.ts";

/** The parts of the administrator's credential by the names that the preset gives them. */
export type AdminParts = (part: string) => Secret<string>;

/**
 * Reads the administrator's secret: JSON with a field for each part, or plain text that is its only part.
 * @throws AdminKeyMissing, also by the result
 */
export async function readAdmin(
  { secret, fields }: NonNullable<HttpSpec["admin"]>,
  { readSecret, signal }: Pick<Access, "readSecret" | "signal">,
): Promise<AdminParts> {
  const text = await readSecret(secret, signal);
  if (!text)
    throw new AdminKeyMissing(
      secret,
      "does not exist or has no AWSCURRENT version",
      "Create it, or correct admin in rotation.yml.",
    );
  const isJson = text.reveal().trimStart().startsWith("{");
  const where = `the admin secret ${secret}`;
  const document = new SecretDocument(where, text, isJson ? "json" : "plain");
  return (part) => {
    const field = isJson ? (fields[part] ?? part) : whole;
    const value = document.readFilled(field);
    if (value !== undefined) return new Secret(value);
    throw new AdminKeyMissing(
      secret,
      isJson ? `has no field ${JSON.stringify(field)}` : "is empty",
      "Add it, or name the field that holds it under adminFields in rotation.yml.",
    );
  };
}
