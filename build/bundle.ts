import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
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
