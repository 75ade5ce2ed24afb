import { Secret } from "../../secret/secret.ts";

/** What a placeholder `{source.rest}` stands for; `undefined`: nothing. */
export type Values = (source: string, rest: string) => unknown;

/** One placeholder of a template. */
export interface Placeholder {
  /** E.g. `{param.project}`, for messages. */
  readonly text: string;
  /** E.g. `param`. */
  readonly source: string;
  /** E.g. `project`; empty where there is nothing behind the source. */
  readonly rest: string;
  /** `{+…}`: in a path it may be several segments. */
  readonly isSeveral: boolean;
}

const form = /\{(\+?)([a-z]+)(?:\.([^{}]+))?\}/g;

const read = ([text, plus, source = "", rest = ""]: RegExpExecArray): Placeholder => ({
  text,
  source,
  rest,
  isSeveral: plus === "+",
});

/** Every placeholder in a template, or in the strings of a tree. */
export function placeholdersIn(template: unknown): readonly Placeholder[] {
  if (typeof template === "string") return [...template.matchAll(form)].map(read);
  if (typeof template !== "object" || template === null) return [];
  return Object.values(template).flatMap(placeholdersIn);
}

/** A template without its placeholders. */
export const literalsOf = (template: string): string => template.replace(form, "");

/** A tree in which each string is filled in. What stands for nothing is left out. */
export function fill(template: unknown, values: Values): unknown {
  if (typeof template === "string") return fillScalar(template, values);
  if (Array.isArray(template))
    return template.map((each) => fill(each, values)).filter((each) => each !== undefined);
  if (typeof template !== "object" || template === null) return template;
  const entries = Object.entries(template).map(([key, each]) => [key, fill(each, values)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined));
}

/** A text that is one placeholder keeps the type of what it stands for. */
function fillScalar(template: string, values: Values): unknown {
  const [only] = placeholdersIn(template);
  if (only?.text === template) return plain(values(only.source, only.rest));
  return fillText(template, values);
}

/** @returns `undefined` when one of its placeholders stands for nothing */
export const fillText = (template: string, values: Values): string | undefined =>
  filled(template, values, (text) => text);

/**
 * The path of a URL. Each value is one segment, or several for `{+…}`, and cannot be anything else.
 * @returns `undefined` when one of its placeholders stands for nothing, or for no segment
 */
export const fillPath = (template: string, values: Values): string | undefined =>
  filled(template, values, (text, { isSeveral }) => {
    const segments = isSeveral ? text.split("/") : [text];
    if (!text.isWellFormed() || segments.some((each) => /^\.{0,2}$/.test(each))) return undefined;
    return segments.map(encodeURIComponent).join("/");
  });

function filled(
  template: string,
  values: Values,
  written: (text: string, placeholder: Placeholder) => string | undefined,
): string | undefined {
  let text = "";
  let end = 0;
  for (const match of template.matchAll(form)) {
    const placeholder = read(match);
    const value = textOf(plain(values(placeholder.source, placeholder.rest)));
    const part = value === undefined ? undefined : written(value, placeholder);
    if (part === undefined) return undefined;
    text += template.slice(end, match.index) + part;
    end = match.index + match[0].length;
  }
  return text + template.slice(end);
}

const plain = (value: unknown) => (value instanceof Secret ? value.reveal() : value);

/** Of a string, number or boolean. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
