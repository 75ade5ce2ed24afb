import { invalid } from "./operation.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html */
export interface InputTransformer {
  readonly InputPathsMap: Readonly<Record<string, string>>;
  readonly InputTemplate: string;
}

const placeholder = /<([\w.-]+)>/g;

/**
 * Throws ValidationException for what AWS refuses, and for what is not implemented here: paths with brackets or
 * wildcards, and the predefined variables.
 */
export function checkTransformer({ InputPathsMap, InputTemplate }: InputTransformer): void {
  for (const [name, path] of Object.entries(InputPathsMap)) {
    if (/^AWS\./i.test(name)) throw invalid(`InputPathsMap key ${name} is reserved.`);
    if (!/^\$(\.[\w-]+)*$/.test(path)) throw invalid(`Invalid InputPath ${path} for ${name}.`);
  }
  for (const [, name = ""] of InputTemplate.matchAll(placeholder)) {
    if (!Object.hasOwn(InputPathsMap, name))
      throw invalid(`InputTemplate uses the unknown <${name}>.`);
  }
  const filled = replaced(InputTemplate, () => "x");
  if (filled.startsWith("{") && parsed(filled) === undefined) {
    throw invalid("Invalid InputTemplate: it is not valid JSON.");
  }
}

/**
 * What the target gets. In a template that is a JSON object, what stands outside of quotes is inserted as JSON, and text
 * within quotes as it is (user guide, "Amazon EventBridge input transformation").
 */
export function transformed(
  { InputPathsMap, InputTemplate }: InputTransformer,
  event: object,
): string {
  return replaced(InputTemplate, (name) => at(event, InputPathsMap[name] ?? ""));
}

/** What is not there is left out, which leaves no JSON: the event is not delivered. */
function replaced(template: string, fill: (name: string) => unknown): string {
  let isQuoted = false;
  return template.replace(/\\.|"|<[\w.-]+>/g, (part) => {
    if (part === '"') isQuoted = !isQuoted;
    if (!part.startsWith("<")) return part;
    const value = fill(part.slice(1, -1));
    if (value === undefined) return "";
    const isText = typeof value === "string" && (isQuoted || !template.startsWith("{"));
    return isText ? value : JSON.stringify(value);
  });
}

const at = (event: object, path: string): unknown =>
  path
    .split(".")
    .slice(1)
    .reduce<unknown>(
      (value, name) => (Object(value) as Readonly<Record<string, unknown>>)[name],
      event,
    );

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
