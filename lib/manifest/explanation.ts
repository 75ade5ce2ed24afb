import { z } from "zod";
import type { Path } from "./remark.ts";
import { schemaAt } from "./schema-at.ts";
import { suggestion } from "./suggestion.ts";

/** A problem at a path from the value that was checked. */
export type Problem = readonly [path: Path, problem: string];

/**
 * Explains an issue of a schema: what is wrong, and what to do.
 * @param root the schema that found it
 * @param elsewhere the problem of a key that is known in another place
 */
export function* explanation(
  issue: z.core.$ZodIssue,
  root: z.core.$ZodType,
  elsewhere: (path: Path, key: string) => string | undefined = () => undefined,
): Generator<Problem> {
  const { path } = issue;
  switch (issue.code) {
    case "unrecognized_keys": {
      const others = Object.keys(issue.input ?? {}).filter((key) => !issue.keys.includes(key));
      const known = keysOf(schemaAt(root, path), others);
      for (const key of issue.keys)
        yield [[...path, key], elsewhere(path, key) ?? unknownKey(key, known)];
      return;
    }
    case "invalid_type":
      yield [path, wrongKind(root, path, issue)];
      return;
    case "invalid_value":
      yield [path, notOneOf(issue.values.map(String), issue.input)];
      return;
    case "invalid_union":
      yield* ofTheMeantForm(issue, root);
      return;
    case "invalid_key":
      yield [path, issue.issues[0]?.message ?? issue.message];
      return;
    default:
      yield [path, issue.message];
  }
}

/** @param present keys that the meant form of several has */
function keysOf(
  schema: z.core.$ZodType | undefined,
  present: readonly string[],
): readonly string[] {
  const options = schema instanceof z.ZodUnion ? schema.options : [schema];
  const forms = options.filter((option) => option instanceof z.ZodObject);
  const meant = forms.find(({ shape }) => present.every((key) => key in shape)) ?? forms[0];
  return Object.keys(meant?.shape ?? {});
}

export function unknownKey(key: string, known: readonly string[]): string {
  const hint = suggestion(key, known) || ` (known: ${known.join(", ")})`;
  return `unknown key ${JSON.stringify(key)}${hint}`;
}

const kinds: Readonly<Record<string, string>> = {
  object: "a mapping",
  record: "a mapping",
  array: "a list",
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function wrongKind(root: z.core.$ZodType, path: Path, issue: z.core.$ZodIssueInvalidType): string {
  const like = example(schemaAt(root, path));
  const kind = `${kinds[issue.expected] ?? issue.expected}${like ? `, like ${like}` : ""}`;
  if (issue.input === undefined) return `is missing: it must be ${kind}`;
  const quoted = like?.startsWith('"') ? ": write it in quotes" : "";
  if (issue.input !== null) return `must be ${kind}, not ${shown(issue.input)}${quoted}`;
  return isOptional(root, path)
    ? `is empty: remove it, or write ${kind}`
    : `is empty: it must be ${kind}`;
}

function isOptional(root: z.core.$ZodType, path: Path): boolean {
  const parent = schemaAt(root, path.slice(0, -1));
  return (
    parent instanceof z.ZodObject && parent.shape[String(path.at(-1))] instanceof z.ZodOptional
  );
}

/** The schema's own example, as the manifest would write it. */
function example(schema: z.core.$ZodType | undefined): string | undefined {
  const examples = schema && z.globalRegistry.get(schema)?.["examples"];
  return Array.isArray(examples) ? inYaml(examples[0]) : undefined;
}

/** A value as rotation.yml has it; in quotes where YAML would read a number in a text. */
export function inYaml(value: unknown): string {
  if (typeof value === "string" && /^[\d.]+$/.test(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(inYaml).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(([key, each]) => `${key}: ${inYaml(each)}`);
  return `{ ${entries.join(", ")} }`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "a mapping" : JSON.stringify(value);
}

function notOneOf(known: readonly string[], input: unknown): string {
  const meant = typeof input === "string" ? suggestion(input, known) : "";
  return `must be one of ${known.join(", ")}, not ${shown(input)}${meant}`;
}

/** The problems inside the form that was meant, rather than that it is not the other one. */
function* ofTheMeantForm(
  issue: z.core.$ZodIssueInvalidUnion,
  root: z.core.$ZodType,
): Generator<Problem> {
  const meant = issue.errors.find((problems) =>
    problems.some(({ code, path }) => code !== "invalid_type" || path.length > 0),
  );
  for (const problem of meant ?? [])
    yield* explanation({ ...problem, path: [...issue.path, ...problem.path] }, root);
  if (!meant) yield [issue.path, `${issue.message}, not ${shown(issue.input)}`];
}
