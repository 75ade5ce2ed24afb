import { join } from "node:path";
import { build } from "esbuild";
import { zipSync } from "fflate";

/** The function of the facts with all that it imports, as a ZIP archive for CreateFunction. */
export async function rotatorArchive(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "rotator.ts")],
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    minify: true,
    write: false,
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  return zipSync({ "index.mjs": outputFiles[0]?.contents ?? new Uint8Array() });
}
