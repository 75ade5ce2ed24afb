import { randomInt } from "node:crypto";
import { z } from "zod";
import { invalidParameter } from "../aws-error.ts";
import { operation } from "./operation.ts";

/** The characters of https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html. */
const LOWERCASE = "abcdefghijklmnopqrstuvwxyz";
const UPPERCASE = LOWERCASE.toUpperCase();
const NUMBERS = "0123456789";
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

const shape = z.object({
  PasswordLength: z.int().min(1).max(4096).optional(),
  ExcludeCharacters: z.string().max(4096).optional(),
  ExcludeNumbers: z.boolean().optional(),
  ExcludePunctuation: z.boolean().optional(),
  ExcludeUppercase: z.boolean().optional(),
  ExcludeLowercase: z.boolean().optional(),
  IncludeSpace: z.boolean().optional(),
  RequireEachIncludedType: z.boolean().optional(),
});

/**
 * 32 characters of every type by default, and at least one of each of the four types; the space is none. A type whose
 * characters are all excluded is not required. The documentation is silent about what is left when all are: refused here.
 */
export const randomPassword = operation(shape, (input) => {
  const excluded = input.ExcludeCharacters ?? "";
  const types = [
    input.ExcludeLowercase ? "" : LOWERCASE,
    input.ExcludeUppercase ? "" : UPPERCASE,
    input.ExcludeNumbers ? "" : NUMBERS,
    input.ExcludePunctuation ? "" : PUNCTUATION,
  ]
    .map((type) => [...type].filter((character) => !excluded.includes(character)))
    .filter((type) => type.length > 0);
  const space = input.IncludeSpace && !excluded.includes(" ") ? [" "] : [];
  const all = [...types.flat(), ...space];
  if (all.length === 0) {
    throw invalidParameter("The password must include at least one type of characters.");
  }
  const length = input.PasswordLength ?? 32;
  const required = input.RequireEachIncludedType === false ? [] : types;
  if (length < required.length) {
    throw invalidParameter("Password length is too short based on the required types.");
  }
  const rest = Array.from({ length: length - required.length }, () => all);
  return { RandomPassword: shuffled([...required, ...rest].map(oneOf)).join("") };
});

const oneOf = (characters: readonly string[]) => characters[randomInt(characters.length)] ?? "";

function shuffled(items: readonly string[]): string[] {
  const left = [...items];
  return items.map(() => left.splice(randomInt(left.length), 1)[0] ?? "");
}
