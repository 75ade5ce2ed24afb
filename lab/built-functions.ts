import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import type { Plugin } from "esbuild";
import { bundleGroup, functionGroups } from "../build/bundle.ts";
import { readManifest } from "../build/manifest-plugin.ts";
import { bundleOptions } from "../build/options.ts";
import { typesFor } from "../build/types-plugin.ts";
import type { Manifest } from "../lib/manifest/manifest.ts";

const root = resolve(import.meta.dirname, "..");
/** Where the bundles are kept. */
export const cache = join(root, "node_modules/.cache/quarterturn/functions");
const dayMs = 86_400_000;

/** Stands for the manifest in a bundle that is kept. */
const placeholder = "globalThis.QUARTERTURN_MANIFEST";

/**
 * What `bundleFunctions` makes for the stage production, from bundles without a manifest, which are kept on disk
 * for as long as their sources stay the same: building them would take most of the time of a deployment.
 * @returns the path of each function, by name
 * @throws InvalidManifest
 */
export async function builtFunctions(
  outdir: string,
  manifestFile: string,
): Promise<Record<string, string>> {
  const manifest = readManifest(manifestFile, "production");
  mkdirSync(outdir, { recursive: true });
  const paths: Record<string, string> = {};
  for (const names of functionGroups(manifest)) {
    const kept = await keptBundles(manifest, names);
    for (const name of names) {
      const path = join(outdir, `${name}.mjs`);
      const text = readFileSync(join(kept, `${name}.mjs`), "utf8");
      writeFileSync(
        path,
        text.replace(placeholder, () => JSON.stringify(manifest)),
      );
      paths[name] = path;
    }
  }
  return paths;
}

/** The folder of these functions' bundles, with the types that this manifest needs. */
async function keptBundles(manifest: Manifest, names: readonly string[]): Promise<string> {
  const key = digest([sources(), ...names, ...[...typesFor(manifest, names)].toSorted()]);
  const folder = join(cache, key);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  removeOld();
  const made = mkdtempSync(join(cache, "new-"));
  const options = bundleOptions(() => manifest);
  const plugins = [withoutManifest, ...(options.plugins ?? [])];
  await bundleGroup(made, names, { ...options, plugins });
  try {
    renameSync(made, folder);
  } catch {
    // Another process was faster.
    rmSync(made, { recursive: true });
  }
  return folder;
}

const withoutManifest: Plugin = {
  name: "without-manifest",
  setup(build) {
    build.onLoad({ filter: /\/rotation\.yml$/ }, () => ({
      contents: `export default ${placeholder};`,
    }));
  },
};

let sourcesNow: string | undefined;

/** All that a bundle is made of, but the manifest, as it was when this process first asked. */
function sources(): string {
  sourcesNow ??= digestOfSources();
  return sourcesNow;
}

function digestOfSources(): string {
  const files = globSync("{build,functions,lib}/**/*.ts", { cwd: root }).toSorted();
  const texts = [...files, "package-lock.json"].map((file) => readFileSync(join(root, file)));
  return digest([process.version, ...files, ...texts]);
}

function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length} `).update(part);
  return hash.digest("hex").slice(0, 32);
}

function removeOld(): void {
  for (const folder of globSync("*", { cwd: cache }).map((name) => join(cache, name))) {
    const madeAt = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (madeAt < Date.now() - dayMs) rmSync(folder, { recursive: true, force: true });
  }
}
