import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";

/**
 * Two things that a Lambda's cold start should not pay for.
 *
 * Node's builtins come from `process.getBuiltinModule`: bundled CommonJS may then `require` them in an ES
 * module, and an ESM import of `node:http` would load undici.
 *
 * The SDK's default credential chain (SSO, profiles, web identity, instance metadata) never gets further
 * than the environment in a Lambda function, so only that provider is bundled.
 */
export const runtimePlugin: Plugin = {
  name: "runtime",
  setup(build) {
    const builtins = builtinModules.filter((name) => !name.startsWith("_")).join("|");
    const builtin = new RegExp(`^(node:.+|(${builtins})(/.*)?)$`);
    build.onResolve({ filter: builtin }, ({ path }) => ({ path, namespace: "builtin" }));
    build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));

    const chain = /^@aws-sdk\/credential-provider-node$/;
    build.onResolve({ filter: chain }, ({ path }) => ({ path, namespace: "credentials" }));
    build.onLoad({ filter: /.*/, namespace: "credentials" }, () => ({
      contents: `export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";`,
      resolveDir: import.meta.dirname,
    }));
  },
};
