import type { Plugin } from "esbuild";
import { compileManifest } from "../lib/manifest/compile.ts";
import { knownTypes } from "../lib/registry.ts";

/** Makes `import manifest from "../rotation.yml"` the checked manifest, so that no function parses YAML. */
export const manifestPlugin = (file: string): Plugin => ({
  name: "manifest",
  setup(build) {
    build.onLoad({ filter: /\/rotation\.yml$/ }, () => ({
      contents: JSON.stringify(compileManifest(file, { types: knownTypes })),
      loader: "json",
      watchFiles: [file],
    }));
  },
});
