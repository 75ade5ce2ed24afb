import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type BuildOptions, build } from "esbuild";
import type { Manifest } from "../lib/manifest/manifest.ts";
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
  const groups = functionGroups(manifest);
  await Promise.all(
    groups.map((names) =>
      bundleGroup(
        outdir,
        names,
        bundleOptions(() => manifest),
      ),
    ),
  );
  return Object.fromEntries(groups.flat().map((name) => [name, join(outdir, `${name}.mjs`)]));
}

/** The functions of a deployment. Those of different places hold different types; those of no place hold none. */
export function functionGroups(manifest: Manifest): readonly (readonly string[])[] {
  const places = new Set<Place | undefined>([
    undefined,
    ...Object.values(manifest.secrets).map(({ place }) => place),
  ]);
  const names = readdirSync(join(root, "functions"))
    .filter((file) => /(?<!\.d)\.ts$/.test(file))
    .map((file) => file.slice(0, -".ts".length))
    .filter((name) => places.has(placeOf(name)));
  return [...Map.groupBy(names, (name) => placeOf(name) === "internet").values()];
}

export async function bundleGroup(
  outdir: string,
  names: readonly string[],
  options: BuildOptions,
): Promise<void> {
  const entryPoints = names.map((name) => join(root, "functions", `${name}.ts`));
  await build({ ...options, entryPoints, outdir, absWorkingDir: root });
}
