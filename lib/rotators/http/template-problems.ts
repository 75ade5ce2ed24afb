import type { Path } from "../../manifest/remark.ts";
import { suggestion } from "../../manifest/suggestion.ts";
import { literalsOf, type Placeholder, placeholdersIn } from "./placeholders.ts";
import type { Preset } from "./schema.ts";

export type Complain = (path: Path, problem: string) => void;

/** @param isNeeded a request without a value for it cannot be sent */
export function checkTemplates(
  preset: Preset,
  path: Path,
  templates: unknown,
  sources: readonly string[],
  isNeeded: boolean,
  complain: Complain,
): void {
  for (const placeholder of placeholdersIn(templates)) {
    const problem = placeholderProblem(preset, placeholder, ["param", ...sources], isNeeded);
    if (problem) complain(path, problem);
  }
  for (const text of strings(templates))
    if (/[{}]/.test(literalsOf(text)))
      complain(
        path,
        `${JSON.stringify(text)} has a brace that is not a placeholder: write {name}, {param.project} or {old.id}`,
      );
}

function placeholderProblem(
  preset: Preset,
  { text, source, rest }: Placeholder,
  sources: readonly string[],
  isNeeded: boolean,
): string | undefined {
  if (!sources.includes(source))
    return `${text} stands for nothing here: known are ${sources.map((each) => `{${each}…}`).join(", ")}`;
  if (rest === "" && source !== "name")
    return `${text} names no part: write which one, as in {admin.token} or {old.id}`;
  const known = knownRests(preset, source);
  if (known && !known.includes(rest))
    return `${text} stands for nothing: known are ${known.map((each) => `{${source}.${each}}`).join(", ") || "none"}${suggestion(rest, known)}`;
  const param = source === "param" ? preset.params[rest] : undefined;
  if (param && isNeeded && !param.required && param.default === undefined)
    return `${text} may be missing, and no request can be sent without it: give the parameter a default, or write required: true`;
  return undefined;
}

/** What may stand behind a source; `undefined`: anything. */
function knownRests(preset: Preset, source: string): readonly string[] | undefined {
  const { create, operation, reveal, list, copy, grace, expiry } = preset;
  const results = { ...create?.result, ...operation?.result, ...reveal?.result };
  const parts = [list?.id, results["id"]].flatMap((id) =>
    typeof id === "object" && !Array.isArray(id) ? Object.keys(id) : [],
  );
  const known: Readonly<Record<string, readonly string[]>> = {
    param: Object.keys(preset.params),
    old: ["id", ...parts],
    new: ["id", ...parts],
    key: ["secret", "id", ...Object.keys({ ...results, ...preset.fields })],
    copied: Object.keys(copy?.keep ?? {}),
    grace: grace ? ["hours", "minutes", "seconds"] : [],
    expires: expiry ? ["iso", "date", "unix", "ms", "seconds", "hours", "days"] : [],
  };
  return known[source];
}

const strings = (tree: unknown): readonly string[] => {
  if (typeof tree === "string") return [tree];
  return typeof tree === "object" && tree !== null ? Object.values(tree).flatMap(strings) : [];
};

export function checkHost({ hosts }: Preset, path: Path, host: string, complain: Complain): void {
  const known = Object.keys(hosts);
  if (!known.includes(host))
    complain(
      path,
      `${JSON.stringify(host)} is not one of hosts (${known.join(", ")})${suggestion(host, known)}`,
    );
}
