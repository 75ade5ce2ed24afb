import type { CheckedType } from "../../validation/checks.ts";
import { presetFiles } from "./presets.ts";
import { readPreset } from "./read-preset.ts";
import { httpType } from "./type.ts";

/** A type for each preset that comes with Quarterturn, by its name. Each is read when something asks about it. */
export const bundledTypes = (): Readonly<Record<string, CheckedType>> =>
  Object.fromEntries([...presetFiles()].map(([name, file]) => [name, onDemand(file)]));

/** The type that a preset beside the manifest describes. @throws InvalidManifest */
export const typeInFile = (file: string): CheckedType => httpType(readPreset(file));

function onDemand(file: string): CheckedType {
  let read: CheckedType | undefined;
  const type = () => {
    read ??= typeInFile(file);
    return read;
  };
  return {
    get description() {
      return type().description;
    },
    get example() {
      return type().example;
    },
    get ownKeys() {
      return type().ownKeys;
    },
    place: "internet",
    sharedKeys: {},
    complete: (entry) => type().complete(entry),
    writes: (spec) => type().writes(spec),
    reads: (spec) => type().reads(spec),
    checks: () => type().checks(),
  };
}
