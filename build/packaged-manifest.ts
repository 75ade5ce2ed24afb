import type { Manifest } from "../lib/manifest/manifest.ts";

const compiled = new WeakMap<object, Manifest>();

/**
 * The manifest of one packaging: the template and the bundles are made from the same one.
 * @param packaging the framework's object, which both are given
 * @param read compiles it, for whoever asks first
 */
export function packagedManifest(packaging: object, read: () => Manifest): Manifest {
  const manifest = compiled.get(packaging) ?? read();
  compiled.set(packaging, manifest);
  return manifest;
}
