import { bundleOptions } from "./options.ts";

/** For `custom.esbuild.config` in serverless.yml, which loads this file by `require`. */
const config = () => {
  const { outExtension, ...options } = bundleOptions();
  return { ...options, outputFileExtension: outExtension?.[".js"], packager: "npm", exclude: [] };
};

export { config as "module.exports" };
