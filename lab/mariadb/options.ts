import { type OptionParts, sharedOptions } from "../mysql-protocol/options.ts";
import type { Binaries } from "./binaries.ts";
import { smallFiles } from "./data-folder.ts";

export const serverOptions = (binaries: Binaries, parts: OptionParts): readonly string[] => [
  "--no-defaults",
  `--basedir=${binaries.base}`,
  ...sharedOptions(parts),
  ...smallFiles,
  ...(parts.options ?? []),
];
