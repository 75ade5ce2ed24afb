import type { Plugin } from "esbuild";
import { compileManifest } from "../lib/manifest/compile.ts";
import type { Manifest } from "../lib/manifest/manifest.ts";
import { rotators } from "../lib/registry.ts";

/**
 * The manifest of a stage; warnings are printed, unless somebody else hears them.
 * @throws InvalidManifest
 */
export const readManifest = (file: string, stage: string, warn = console.warn): Manifest =>
  compileManifest(
    file,
    {
      types: Object.keys(rotators).filter((type) => type !== "generated"),
      defaultType: "postgres",
    },
    { stage, warn },
  );

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
