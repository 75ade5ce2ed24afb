import { AwsError } from "../aws-error.ts";

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

/** The supported matchers. The others of AWS are refused. */
const MATCHERS: Readonly<Record<string, Matcher>> = {
  prefix: {
    accepts: isString,
    matches: (value, prefix) => isString(value) && value.startsWith(String(prefix)),
  },
  "anything-but": {
    accepts: (argument) => [argument].flat().every(isPlain) || isPrefix(argument),
    matches: (value, unwanted) =>
      value !== undefined &&
      (isPrefix(unwanted)
        ? isString(value) && !value.startsWith(unwanted.prefix)
        : ![unwanted].flat().includes(value)),
  },
  exists: {
    accepts: (argument) => typeof argument === "boolean",
    matches: (value, exists) => (value !== undefined) === exists,
  },
};

interface Matcher {
  accepts(argument: Json): boolean;
  /** @param value a leaf of the event, or undefined if there is none */
  matches(value: Json, argument: Json): boolean;
}

/**
 * The pattern of a rule
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html):
 * exact values, prefix, anything-but, exists. Throws InvalidEventPatternException.
 */
export function parsePattern(text: string): JsonObject {
  const pattern = parsed(text);
  if (!isObject(pattern)) throw refused("Filter is not an object");
  checkObject(pattern);
  return pattern;
}

/** Every field of the pattern must match; other fields of the event are ignored. */
export function matches(pattern: JsonObject, event: object): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value: Json = (event as JsonObject)[name];
    if (!Array.isArray(wanted)) {
      return [value ?? {}].flat().some((each) => matches(wanted as JsonObject, Object(each)));
    }
    return leaves(value).some((leaf) => wanted.some((rule) => matchesRule(rule, leaf)));
  });
}

function matchesRule(rule: Json, leaf: Json): boolean {
  if (!isObject(rule)) return rule === leaf;
  return Object.entries(rule).every(
    ([name, argument]) => MATCHERS[name]?.matches(leaf, argument) === true,
  );
}

/** An array matches if any of its members does. Objects are not leaves. */
function leaves(value: Json): readonly Json[] {
  const all = [value].flat().filter((each) => !isObject(each) && each !== undefined);
  return all.length > 0 ? all : [undefined];
}

function checkObject(pattern: JsonObject): void {
  if (Object.keys(pattern).length === 0) throw refused("Empty objects are not allowed");
  for (const [name, value] of Object.entries(pattern)) {
    if (Array.isArray(value)) checkRules(name, value);
    else if (isObject(value)) checkObject(value);
    else throw refused(`"${name}" must be an object or an array`);
  }
}

function checkRules(name: string, rules: readonly Json[]): void {
  if (rules.length === 0) throw refused("Empty arrays are not allowed");
  for (const rule of rules) {
    if (isPlain(rule)) continue;
    const [entry, ...more] = Object.entries(isObject(rule) ? rule : {});
    const matcher = Object.hasOwn(MATCHERS, entry?.[0] ?? "") && MATCHERS[entry?.[0] ?? ""];
    if (!matcher || more.length > 0 || !matcher.accepts(entry?.[1])) {
      throw refused(`Unrecognized match type ${entry?.[0]} at "${name}"`);
    }
  }
}

function refused(reason: string): AwsError {
  return new AwsError(
    "InvalidEventPatternException",
    `Event pattern is not valid. Reason: ${reason}`,
  );
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw refused("Filter is not valid JSON");
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isString(value: Json): value is string {
  return typeof value === "string";
}

function isPlain(value: Json): boolean {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function isPrefix(value: Json): value is { prefix: string } {
  return isObject(value) && isString(value["prefix"]);
}
