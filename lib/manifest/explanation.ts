import { z } from "zod";
import {
  credentialSchema,
  defaultsSchema,
  manifestSchema,
  schemaAt,
  secretSchema,
} from "./schema.ts";
import type { Path } from "./source.ts";
import { suggestion } from "./suggestion.ts";

/** What an issue of the schema means, in words that say what to do, and where it stands. */
export function* explanation(issue: z.core.$ZodIssue): Generator<[Path, string]> {
  const { path } = issue;
  switch (issue.code) {
    case "unrecognized_keys":
      for (const key of issue.keys) yield [[...path, key], unknownKey(path, key)];
      return;
    case "invalid_type":
      yield [path, wrongKind(path, issue)];
      return;
    case "invalid_value":
      yield [path, notOneOf(issue.values.map(String), issue.input)];
      return;
    case "invalid_union":
      yield* ofTheMeantForm(issue);
      return;
    case "invalid_key":
      yield [path, issue.issues[0]?.message ?? issue.message];
      return;
    default:
      yield [path, issue.message];
  }
}

function unknownKey(path: Path, key: string): string {
  const schema = schemaAt(path);
  const objects = schema instanceof z.ZodUnion ? schema.options : [schema];
  const object = objects.find((option) => option instanceof z.ZodObject);
  const known = Object.keys(object?.shape ?? {});
  const elsewhere = place(object, key);
  const instead = elsewhere ?? `${suggestion(key, known) || ` (known: ${known.join(", ")})`}`;
  return `unknown key ${JSON.stringify(key)}${instead}`;
}

/** Where a key that is known, but not here, belongs. */
function place(object: unknown, key: string): string | undefined {
  if (object === manifestSchema && key in defaultsSchema.shape) return ": move it under defaults";
  if (object === defaultsSchema && key in secretSchema.shape)
    return ": it holds for single secrets; move it to those";
  if (object === credentialSchema && key in secretSchema.shape)
    return ": it belongs to the whole secret; move it one level up";
  return undefined;
}

const kinds: Readonly<Record<string, string>> = {
  object: "keys with values",
  record: "keys with values",
  array: "a list",
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function wrongKind(path: Path, issue: z.core.$ZodIssueInvalidType): string {
  const like = example(path);
  const kind = `${kinds[issue.expected] ?? issue.expected}${like ? `, like ${like}` : ""}`;
  if (issue.input === undefined) return `is missing: it must be ${kind}`;
  if (issue.input === null && path.length === 0) return `the manifest is empty: it must be ${kind}`;
  if (issue.input === null)
    return isOptional(path)
      ? `is empty: remove it, or give ${kind}`
      : `is empty: it must be ${kind}`;
  return `must be ${kind}, not ${shown(issue.input)}`;
}

function isOptional(path: Path): boolean {
  const around = schemaAt(path.slice(0, -1));
  return (
    around instanceof z.ZodObject && around.shape[String(path.at(-1))] instanceof z.ZodOptional
  );
}

/** The schema's own example, as the manifest would write it. */
function example(path: Path): string | undefined {
  const schema = schemaAt(path);
  const examples = schema && z.globalRegistry.get(schema)?.["examples"];
  return Array.isArray(examples) ? written(examples[0]) : undefined;
}

function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([key, of]) => `${key}: ${written(of)}`);
  return `{ ${entries.join(", ")} }`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "keys with values" : JSON.stringify(value);
}

function notOneOf(known: readonly string[], input: unknown): string {
  const meant = typeof input === "string" ? suggestion(input, known) : "";
  return `must be one of ${known.join(", ")}, not ${shown(input)}${meant}`;
}

/** The problems inside the form that was written, rather than that it is not the other one. */
function* ofTheMeantForm(issue: z.core.$ZodIssueInvalidUnion): Generator<[Path, string]> {
  const meant = issue.errors.find((problems) =>
    problems.some(({ code, path }) => code !== "invalid_type" || path.length > 0),
  );
  for (const problem of meant ?? [])
    yield* explanation({ ...problem, path: [...issue.path, ...problem.path] });
  if (!meant)
    yield [
      issue.path,
      `must be the name of a secret, or { secret: …, host: …, port: … }, not ${shown(issue.input)}`,
    ];
}
