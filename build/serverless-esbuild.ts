import { resolve } from "node:path";
import { readManifest } from "./manifest-plugin.ts";
import { bundleOptions } from "./options.ts";
import { packagedManifest } from "./packaged-manifest.ts";

/** The part of the Serverless Framework that is used here. */
interface Serverless {
  getProvider(name: "aws"): { getStage(): string };
}

/** For `custom.esbuild.config` in serverless.yml, which loads this file by `require`. */
const config = (serverless: Serverless) => {
  const stage = serverless.getProvider("aws").getStage();
  const read = () =>
    packagedManifest(serverless, () => readManifest(resolve("rotation.yml"), stage));
  const { outExtension, ...options } = bundleOptions(read);
  return { ...options, outputFileExtension: outExtension?.[".js"], packager: "npm", exclude: [] };
};

export { config as "module.exports" };
