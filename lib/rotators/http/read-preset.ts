import { readFileSync } from "node:fs";
import { explanation } from "../../manifest/explanation.ts";
import { Source } from "../../manifest/source.ts";
import { checkPreset } from "./consistency.ts";
import { type Preset, presetSchema } from "./schema.ts";

/**
 * Reads and checks the preset in a file. For build time only: the functions carry the result.
 * @throws InvalidManifest with every problem
 */
export const readPreset = (file: string): Preset => presetIn(file, readFileSync(file));

/** @param file for messages @throws InvalidManifest */
export function presetIn(file: string, text: Uint8Array): Preset {
  const source = new Source(file, text);
  const parsed = presetSchema.safeParse(source.value(), { reportInput: true });
  if (parsed.success) checkPreset(parsed.data, (path, problem) => source.complain(path, problem));
  for (const issue of parsed.error?.issues ?? [])
    for (const [path, problem] of explanation(issue, presetSchema)) source.complain(path, problem);
  source.throwProblems();
  return presetSchema.parse(source.value());
}
