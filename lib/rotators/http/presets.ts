import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { readPreset } from "./read-preset.ts";
import type { Preset } from "./schema.ts";

const folder = join(import.meta.dirname, "presets");

/** Paths of the presets that come with Quarterturn, by name. For build time only. */
export function presetFiles(): ReadonlyMap<string, string> {
  const files = globSync("*.yml", { cwd: folder }).toSorted();
  return new Map(files.map((file) => [basename(file, ".yml"), join(folder, file)]));
}

/** All of them. */
export const bundledPresets = (): ReadonlyMap<string, Preset> =>
  new Map([...presetFiles()].map(([name, file]) => [name, readPreset(file)]));
