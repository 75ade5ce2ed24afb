import type { Plugin } from "esbuild";
import { type CompileOptions, compileManifest } from "../lib/manifest/compile.ts";
import type { Manifest } from "../lib/manifest/manifest.ts";
import { type Remark, remarkText } from "../lib/manifest/remark.ts";
import { onDemand } from "../lib/on-demand.ts";
import { typeList } from "../lib/types.ts";
import { manifestModule } from "./manifest-module.ts";

/**
 * The manifest of a stage.
 * @param options `warn`: default: prints the warning
 * @throws InvalidManifest
 */
export const readManifest = (
  file: string,
  stage: string,
  options: Pick<CompileOptions, "region" | "warn"> = {},
): Manifest => compileManifest(file, typeList, { stage, warn: print, ...options });

const print = (warning: Remark) => console.warn(remarkText(warning));

/** Makes `import manifest from "../rotation.yml"` the checked manifest, so that no function parses YAML. */
export function manifestPlugin(read: () => Manifest): Plugin {
  const contents = onDemand(() => manifestModule(read()));
  return {
    name: "manifest",
    setup(build) {
      build.onLoad({ filter: /\/rotation\.yml$/ }, () => ({ contents: contents(), loader: "js" }));
    },
  };
}
