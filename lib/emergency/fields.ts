import { InvalidEmergency } from "./errors.ts";

/** Of a payload, as whoever invokes the function wrote it. */
export type Fields = Partial<Record<string, unknown>>;

/** A non-empty string of one line, without spaces around it. @throws InvalidEmergency */
export function text(fields: Fields, key: string, longest: number): string | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (typeof value !== "string" || value.trim() === "")
    throw new InvalidEmergency(`${key} must be a non-empty string`);
  if (value.length > longest)
    throw new InvalidEmergency(`${key} is longer than ${longest} characters`);
  if (!value.isWellFormed()) throw new InvalidEmergency(`${key} has half a character`);
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) throw new InvalidEmergency(`${key} must be one line`);
  return value.trim();
}

/** Default: false. @throws InvalidEmergency */
export function flag(fields: Fields, key: string): boolean {
  const value = fields[key] ?? false;
  if (typeof value === "boolean") return value;
  throw new InvalidEmergency(`${key} must be true or false`);
}
