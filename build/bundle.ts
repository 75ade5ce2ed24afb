import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { InvalidManifest } from "../lib/manifest/errors.ts";
import type { Place } from "../lib/manifest/place.ts";
import { readManifest } from "./manifest-plugin.ts";
import { bundleOptions } from "./options.ts";
import { placeOf } from "./types-plugin.ts";

const root = resolve(import.meta.dirname, "..");

/**
 * Bundles every function that a deployment of this manifest has, compiled for this stage.
 * @returns the path of each, by name
 * @throws InvalidManifest
 */
export async function bundleFunctions(
  outdir: string,
  manifestFile: string,
  stage = "production",
): Promise<Record<string, string>> {
  const manifest = readManifest(manifestFile, stage);
  const places = new Set<Place | undefined>([
    undefined,
    ...Object.values(manifest.secrets).map(({ place }) => place),
  ]);
  const files = readdirSync(join(root, "functions"))
    .filter((name) => /(?<!\.d)\.ts$/.test(name))
    .filter((name) => places.has(placeOf(name)));
  // Functions of different places hold different types; those of no place hold none.
  const groups = Map.groupBy(files, (name) => placeOf(name) === "internet");
  const builds = [...groups.values()].map((group) =>
    build({
      ...bundleOptions(() => manifest),
      entryPoints: group.map((name) => join(root, "functions", name)),
      outdir,
      absWorkingDir: root,
    }),
  );
  await Promise.all(builds);
  const names = files.map((name) => name.slice(0, -".ts".length));
  return Object.fromEntries(names.map((name) => [name, join(outdir, `${name}.mjs`)]));
}

if (import.meta.main) {
  try {
    const built = await bundleFunctions(join(root, "dist"), "rotation.yml");
    for (const path of Object.values(built)) console.log(relative(root, path));
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
