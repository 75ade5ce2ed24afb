import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { BuildOptions, Plugin } from "esbuild";
import type { Manifest } from "../lib/manifest/manifest.ts";
import { functionsOf, type Place } from "../lib/manifest/place.ts";
import { rotators } from "../lib/registry.ts";

/** Whose secrets the function in this file rotates or retires; `undefined` for every other file. */
export function placeOf(file: string): Place | undefined {
  const name = basename(file).replace(/\.\w+$/, "");
  return (["network", "internet"] as const).find((place) =>
    Object.values(functionsOf[place]).some((each) => each === name),
  );
}

/**
 * Drops from the list of types those that no secret needs that the bundled functions serve: a rotator, with its
 * driver, is only in the bundles that use it.
 */
export const typesPlugin = (read: () => Manifest): Plugin => ({
  name: "types",
  setup(build) {
    build.onLoad({ filter: /[\\/]lib[\\/]registry\.ts$/ }, async ({ path }) => {
      const types = typesFor(read(), filesOf(build.initialOptions.entryPoints));
      return { contents: withTypes(await readFile(path, "utf8"), types), loader: "ts" };
    });
  },
});

const filesOf = (entryPoints: BuildOptions["entryPoints"]): readonly string[] =>
  Array.isArray(entryPoints)
    ? entryPoints.map((each) => (typeof each === "string" ? each : each.in))
    : Object.values(entryPoints ?? {});

/** The types of the secrets that the functions in these files serve. */
export function typesFor({ secrets }: Manifest, files: readonly string[]): ReadonlySet<string> {
  const places = new Set(files.map(placeOf));
  const served = Object.values(secrets).filter(({ place }) => places.has(place));
  return new Set(served.flatMap(({ credentials }) => credentials.map(({ type }) => type)));
}

/** One type in the list of lib/registry.ts. */
const line = /^ {2}"?([\w-]+)"?: async \(\) => \(await import\("[^"]+"\)\)\.\w+,\n/gm;

function withTypes(registry: string, types: ReadonlySet<string>): string {
  const listed = [...registry.matchAll(line)].flatMap(([, name]) => name ?? []);
  const missed = Object.keys(rotators).filter((name) => !listed.includes(name));
  if (missed.length > 0)
    throw new Error(
      `lib/registry.ts lists ${missed.join(", ")} in another form than this plugin reads`,
    );
  return registry.replace(line, (whole, name: string) => (types.has(name) ? whole : ""));
}
