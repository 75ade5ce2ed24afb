import type { BuildOptions } from "esbuild";
import type { Manifest } from "../lib/manifest/manifest.ts";
import { manifestPlugin } from "./manifest-plugin.ts";
import { runtimePlugin } from "./runtime-plugin.ts";
import { typesPlugin } from "./types-plugin.ts";

/** The one set of settings for every bundle: what is tested here is what serverless-esbuild packages. */
export const bundleOptions = (readManifest: () => Manifest): BuildOptions => ({
  bundle: true,
  minify: true,
  platform: "node",
  format: "esm",
  target: "node24",
  mainFields: ["module", "main"],
  outExtension: { ".js": ".mjs" },
  plugins: [manifestPlugin(readManifest), typesPlugin(readManifest), runtimePlugin],
});
