import type { CredentialSpec } from "../../manifest/type.ts";
import { Secret } from "../../secret/secret.ts";

/** A value that only your own services have to accept: a signing key, a token that they share. */
export interface GeneratedSpec extends CredentialSpec {
  /** The field that holds it (see field.ts). */
  readonly field: string;
  readonly format: Format;
  /** Precedes the random part; it carries no entropy. */
  readonly prefix: string;
  /** A current value of another form may be overwritten. */
  readonly overwrite?: boolean | undefined;
  /** Where the previous value is kept, for services that verify with both and sign with the new one. */
  readonly previous?: Previous | undefined;
}

export type Format =
  | { readonly kind: "hex" | "base64" | "base64url"; readonly bytes: number }
  | { readonly kind: "alphanumeric"; readonly length: number }
  /** Version 4 (RFC 9562). */
  | { readonly kind: "uuid" };

interface Previous {
  readonly field: string;
  /** The field that holds the end of the overlap, if there is one: ISO 8601, in UTC. */
  readonly expiresAt?: string | undefined;
  /** From the rotation until then, in milliseconds. */
  readonly overlap: number;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Of the random part, each value being equally likely. In bits. */
export function formatEntropy(format: Format): number {
  if (format.kind === "uuid") return 122;
  if (format.kind === "alphanumeric") return format.length * Math.log2(alphabet.length);
  return format.bytes * 8;
}

/** @param randomInt a cryptographically strong integer from 0 to below its argument */
export function generateValue(
  { format, prefix }: GeneratedSpec,
  randomInt: (below: number) => number,
): Secret<string> {
  const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => randomInt(256)));
  if (format.kind === "uuid") return new Secret(prefix + uuid(bytes(16)));
  if (format.kind !== "alphanumeric")
    return new Secret(prefix + bytes(format.bytes).toString(format.kind));
  const characters = Array.from(
    { length: format.length },
    () => alphabet[randomInt(alphabet.length)],
  );
  return new Secret(prefix + characters.join(""));
}

function uuid(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** For messages, e.g. `hex of 32 bytes`. */
export function formName({ format, prefix }: GeneratedSpec): string {
  const behind = prefix ? `${prefix} and ` : "";
  if (format.kind === "uuid") return `${behind}a version 4 UUID`;
  if (format.kind === "alphanumeric") return `${behind}${format.length} letters and digits`;
  return `${behind}${format.kind} of ${format.bytes} bytes`;
}

/** Whether a text has the form that `generateValue` gives. */
export function hasFormat(text: string, { format, prefix }: GeneratedSpec): boolean {
  if (!text.startsWith(prefix)) return false;
  const value = text.slice(prefix.length);
  if (format.kind === "uuid")
    return /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(value);
  if (format.kind === "alphanumeric")
    return value.length === format.length && /^[A-Za-z0-9]*$/.test(value);
  const bytes = Buffer.from(value, format.kind);
  return bytes.length === format.bytes && bytes.toString(format.kind) === value;
}
