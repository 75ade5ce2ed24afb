import { readFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import type { Plugin } from "esbuild";

/**
 * What a Lambda's cold start should not pay for. test/build/bundle.test.ts fails when a new version of a package no
 * longer has the form that is expected here.
 *
 * Node's builtins come from `process.getBuiltinModule`: bundled CommonJS may then `require` them in an ES
 * module, and an ESM import of `node:http` would load undici. What ES modules import goes by its name: esbuild
 * would copy all properties of a CommonJS module for each file that imports it (3 of 74 ms).
 *
 * The SDK's default credential chain (SSO, profiles, web identity, instance metadata) never gets further
 * than the environment in a Lambda function, so only that provider is bundled. Nor is there a file of profiles.
 *
 * The SDK imports its event streams when an operation streams events; none here does. The mere possibility
 * of that import keeps esbuild from joining the modules that they share (6 of 62 ms).
 *
 * A client's schemas describe all its operations. esbuild keeps those whose keys are computed, as if that could
 * have an effect; marked as pure, they go where nothing refers to them (38 of 46 KB of client-lambda, 6 ms).
 *
 * A client registers a class for each error of its service. Without them the SDK throws the service's base class
 * with the same name, as it does for every error that its version does not know (71 of 344 KB of `mirror`, 5 ms).
 */
export const runtimePlugin: Plugin = {
  name: "runtime",
  setup(build) {
    const builtins = builtinModules.filter((name) => !name.startsWith("_")).join("|");
    const builtin = new RegExp(`^(node:.+|(${builtins})(/.*)?)$`);
    build.onResolve({ filter: builtin }, ({ path, kind, namespace }) => {
      const isByName = kind === "import-statement" && namespace !== "builtin-names";
      return { path, namespace: isByName ? "builtin-names" : "builtin" };
    });
    build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = ${builtinCall(path)};`,
    }));
    build.onLoad({ filter: /.*/, namespace: "builtin-names" }, ({ path }) => ({
      contents: builtinNames(path),
    }));

    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path }) => ({
      path,
      namespace: "event-streams",
    }));
    build.onLoad({ filter: /.*/, namespace: "event-streams" }, ({ path }) => ({
      contents: `
        export const resolveEventStreamSerdeConfig = (config) => config;
        export const eventStreamSerdeProvider = () => undefined;
        export class EventStreamSerde {
          constructor() {
            throw new Error("${path} is not in this bundle");
          }
        }`,
    }));

    build.onLoad(
      { filter: inClient("dist-es[\\\\/]schemas[\\\\/]\\w+\\.js") },
      async ({ path }) => ({
        contents: withoutUnused(await readFile(path, "utf8")),
      }),
    );
    // Only the version is used.
    build.onLoad({ filter: inClient("package\\.json") }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, "utf8"));
      return { contents: JSON.stringify({ version }), loader: "json" };
    });

    const chain = /^@aws-sdk\/credential-provider-node$/;
    build.onResolve({ filter: chain }, ({ path }) => ({ path, namespace: "credentials" }));
    build.onLoad({ filter: /.*/, namespace: "credentials" }, () => ({
      contents: `export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";`,
      resolveDir: import.meta.dirname,
    }));
    build.onLoad({ filter: /[\\/]shared-ini-file-loader[\\/]readFile\.js$/ }, () => ({
      contents: `
        export const [filePromises, fileIntercept] = [{}, {}];
        export const readFile = async (path) => {
          throw new Error(path + " is not read in a Lambda function");
        };`,
    }));

    // TLS is loaded with the first request, as the SDK itself loads HTTP (10 of 73 ms).
    build.onLoad({ filter: /[\\/]node-http-handler[\\/]dist-es[\\/]node-https\.js$/ }, () => ({
      contents: `
        const https = () => ${builtinCall("node:https")};
        export const node_https = {
          get Agent() { return https().Agent; },
          get request() { return https().request; },
        };`,
    }));
    // Strings for the formatter, which is not used otherwise.
    build.onLoad(
      { filter: /[\\/]jsonc-parser[\\/].*[\\/]string-intern\.js$/ },
      async ({ path }) => ({
        contents: pure(
          await readFile(path, "utf8"),
          /^export (const) (\w+) = ([\s\S]*?(?:\n\}\)?|\]));$/gm,
        ),
      }),
    );

    // The driver's pool and its binding to libpq.
    build.onLoad(
      { filter: /[\\/](pg-pool[\\/]index|pg[\\/]lib[\\/]native[\\/]index)\.js$/ },
      () => ({
        contents: "module.exports = class {};",
      }),
    );
  },
};

const inClient = (file: string) =>
  new RegExp(`[\\\\/]@aws-sdk[\\\\/]client-[\\w-]+[\\\\/]${file}$`);

const builtinCall = (name: string) => `process.getBuiltinModule(${JSON.stringify(name)})`;

/**
 * The module with each of its names, of which esbuild keeps those that are imported. Accessors load more of Node,
 * so they are left to be read where they are used.
 */
function builtinNames(name: string): string {
  const properties = Object.entries(
    Object.getOwnPropertyDescriptors(process.getBuiltinModule(name) ?? {}),
  ).filter(([each]) => each !== "default");
  const accessors = properties.filter(([, { get }]) => get).map(([each]) => each);
  const values = properties.filter(([, { get }]) => !get).map(([each]) => each);
  return [
    `const builtin = /* @__PURE__ */ ${builtinCall(name)};`,
    "export default builtin;",
    ...values.map((each) => `export const ${each} = /* @__PURE__ */ (() => builtin.${each})();`),
    accessors.length > 0 ? `export { ${accessors.join(", ")} } from ${JSON.stringify(name)};` : "",
  ].join("\n");
}

/** A client's schemas, those of unused operations and the classes of errors left for esbuild to drop. */
const withoutUnused = (schemas: string) =>
  pure(schemas, /^export (var) ([\w$]+) = (\[[\s\S]*?\n?\]);$/gm).replace(
    /^n0_registry\.registerError\(.+\);$/gm,
    "",
  );

/** Lets esbuild drop declarations whose values nothing uses. @param declaration keyword, name and value */
const pure = (source: string, declaration: RegExp) =>
  source.replace(declaration, "export $1 $2 = /* @__PURE__ */ (() => ($3))();");
