import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { bundleOptions } from "./options.ts";

const root = resolve(import.meta.dirname, "..");

/** Bundles every function with this manifest; returns each one's path by name. */
export async function bundleFunctions(
  outdir: string,
  manifest?: string,
): Promise<Record<string, string>> {
  const files = readdirSync(join(root, "functions")).filter((name) => /(?<!\.d)\.ts$/.test(name));
  await build({
    ...bundleOptions(manifest),
    entryPoints: files.map((name) => join(root, "functions", name)),
    outdir,
    absWorkingDir: root,
  });
  const names = files.map((name) => name.slice(0, -".ts".length));
  return Object.fromEntries(names.map((name) => [name, join(outdir, `${name}.mjs`)]));
}

if (import.meta.main) {
  const built = await bundleFunctions(join(root, "dist"), join(root, "rotation.yml"));
  for (const [name, path] of Object.entries(built)) console.log(`${name}: ${path}`);
}
