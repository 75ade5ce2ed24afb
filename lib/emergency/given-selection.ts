import { InvalidEmergency } from "./errors.ts";
import type { Fields } from "./fields.ts";

/** Which secrets of the manifest are meant. */
export type Selection =
  /** Names or ARNs. */
  | { readonly secrets: readonly string[] }
  /** Of names, in which `*` stands for any text. */
  | { readonly pattern: string }
  /** Of secrets in the account; without `value`: whatever its value is. */
  | { readonly tag: { readonly key: string; readonly value?: string } }
  | { readonly all: true };

/** Characters, of an asynchronous event's 256 KB (Lambda quotas). */
const mostNames = 200_000;

/** @throws InvalidEmergency unless there is one, or none where only the state is asked for */
export function selectionIn(fields: Fields, isOptional: boolean): Selection {
  const given = ["secrets", "pattern", "tag", "all"].filter((key) => fields[key] !== undefined);
  const [key, other] = given;
  if (key === undefined && isOptional) return { all: true };
  if (key === undefined || other !== undefined)
    throw new InvalidEmergency("name the secrets by exactly one of secrets, pattern, tag, all");
  const value = fields[key];
  const isText = (each: unknown): each is string => typeof each === "string" && each !== "";
  if (key === "secrets") {
    const names = Array.isArray(value) ? value : [value];
    if (names.join().length > mostNames)
      throw new InvalidEmergency(
        `secrets lists ${names.length} names, more than one event holds: choose them by pattern, tag or all`,
      );
    if (names.length > 0 && names.every(isText)) return { secrets: [...new Set(names)] };
    throw new InvalidEmergency("secrets must be a list of names or ARNs");
  }
  if (key === "pattern") {
    if (isText(value)) return { pattern: value };
    throw new InvalidEmergency('pattern must be a text such as "production/*"');
  }
  if (key === "all") {
    if (value === true) return { all: true };
    throw new InvalidEmergency("all can only be true");
  }
  const { key: name, value: wanted, ...more }: Partial<Record<string, unknown>> = Object(value);
  const isTag = isText(name) && (wanted === undefined || typeof wanted === "string");
  if (!isTag || Object.keys(more).length > 0)
    throw new InvalidEmergency('tag must be { "key": "…", "value": "…" }');
  return { tag: { key: name, ...(wanted !== undefined && { value: wanted }) } };
}
