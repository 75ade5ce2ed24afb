import type { Plugin } from "esbuild";
import { type CompileOptions, compileManifest } from "../lib/manifest/compile.ts";
import type { Manifest } from "../lib/manifest/manifest.ts";
import { type Remark, remarkText } from "../lib/manifest/remark.ts";
import { typeList } from "../lib/types.ts";

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
export const manifestPlugin = (read: () => Manifest): Plugin => ({
  name: "manifest",
  setup(build) {
    build.onLoad({ filter: /\/rotation\.yml$/ }, ({ path }) => ({
      contents: JSON.stringify(read()),
      loader: "json",
      watchFiles: [path],
    }));
  },
});
