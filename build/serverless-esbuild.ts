import { resolve } from "node:path";
import { readManifest } from "./manifest-plugin.ts";
import { bundleOptions } from "./options.ts";

/** For `custom.esbuild.config` in serverless.yml, which loads this file by `require`. */
const config = () => {
  const { outExtension, ...options } = bundleOptions(() => readManifest(resolve("rotation.yml")));
  return { ...options, outputFileExtension: outExtension?.[".js"], packager: "npm", exclude: [] };
};

export { config as "module.exports" };
