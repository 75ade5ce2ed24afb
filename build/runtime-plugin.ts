import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";

/**
 * Four things that a Lambda's cold start should not pay for.
 *
 * Node's builtins come from `process.getBuiltinModule`: bundled CommonJS may then `require` them in an ES
 * module, and an ESM import of `node:http` would load undici.
 *
 * The SDK's default credential chain (SSO, profiles, web identity, instance metadata) never gets further
 * than the environment in a Lambda function, so only that provider is bundled.
 *
 * The SDK imports its event streams when an operation streams events; none here does. The mere possibility
 * of that import keeps esbuild from joining the modules that they share (6 of 62 ms).
 *
 * A client's schemas describe all its operations. esbuild keeps those whose keys are computed, as if that could
 * have an effect; marked as pure, they go where nothing refers to them (38 of 46 KB of client-lambda, 6 ms).
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

    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path }) => ({
      path,
      namespace: "unused",
    }));
    build.onLoad({ filter: /.*/, namespace: "unused" }, ({ path }) => ({
      contents: `
        export const resolveEventStreamSerdeConfig = (config) => config;
        export const eventStreamSerdeProvider = () => undefined;
        export class EventStreamSerde {
          constructor() {
            throw new Error("${path} is not in this bundle");
          }
        }`,
    }));

    const schemas = /[\\/]@aws-sdk[\\/]client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]\w+\.js$/;
    build.onLoad({ filter: schemas }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replace(
        /^export var ([\w$]+) = (\[[\s\S]*?\n?\]);$/gm,
        "export var $1 = /* @__PURE__ */ (() => $2)();",
      ),
    }));

    const chain = /^@aws-sdk\/credential-provider-node$/;
    build.onResolve({ filter: chain }, ({ path }) => ({ path, namespace: "credentials" }));
    build.onLoad({ filter: /.*/, namespace: "credentials" }, () => ({
      contents: `export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";`,
      resolveDir: import.meta.dirname,
    }));
  },
};
