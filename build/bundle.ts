import { readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { InvalidManifest } from "../lib/manifest/errors.ts";
import { readManifest } from "./manifest-plugin.ts";
import { bundleOptions } from "./options.ts";

const root = resolve(import.meta.dirname, "..");

/**
 * Bundles every function with this manifest, compiled for this stage; returns each one's path by name.
 * @throws InvalidManifest
 */
export async function bundleFunctions(
  outdir: string,
  manifestFile: string,
  stage = "production",
): Promise<Record<string, string>> {
  const manifest = readManifest(manifestFile, stage);
  const files = readdirSync(join(root, "functions")).filter((name) => /(?<!\.d)\.ts$/.test(name));
  await build({
    ...bundleOptions(() => manifest),
    entryPoints: files.map((name) => join(root, "functions", name)),
    outdir,
    absWorkingDir: root,
  });
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
