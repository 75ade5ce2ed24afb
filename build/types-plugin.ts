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
 * driver, is only in the bundles that use it. Those of the functions outside the network have no driver that would be
 * worth loading late, and mere possibility of it keeps esbuild from joining the modules that they share with the rest, and
 * from dropping what a client does not need (92 of 408 KB, 20 of 203 ms, with IAM).
 */
export const typesPlugin = (read: () => Manifest): Plugin => ({
  name: "types",
  setup(build) {
    build.onLoad({ filter: /[\\/]lib[\\/]registry\.ts$/ }, async ({ path }) => {
      const files = filesOf(build.initialOptions.entryPoints);
      const types = typesFor(read(), files);
      const isLoadedLate = files.some((file) => placeOf(file) !== "internet");
      const contents = withTypes(await readFile(path, "utf8"), types, isLoadedLate);
      return { contents, loader: "ts" };
    });
  },
});

const filesOf = (entryPoints: BuildOptions["entryPoints"]): readonly string[] =>
  Array.isArray(entryPoints)
    ? entryPoints.map((each) => (typeof each === "string" ? each : each.in))
    : Object.values(entryPoints ?? {});

/** The types that the secrets of the functions in these files have or may have, and those that they work with. */
export function typesFor({ secrets }: Manifest, files: readonly string[]): ReadonlySet<string> {
  const places = new Set(files.map(placeOf));
  const served = Object.values(secrets).filter(({ place }) => places.has(place));
  return new Set(
    served.flatMap(({ credentials }) =>
      credentials.flatMap(({ type, uses = [], alternatives = [] }) =>
        [type, uses, alternatives].flat(),
      ),
    ),
  );
}

/** One type in the list of lib/registry.ts, on one line or two. */
const line = /^ {2}"?([\w-]+)"?: async \(\) =>\s+\(await import\("([^"]+)"\)\)\.(\w+),\n/gm;

function withTypes(registry: string, types: ReadonlySet<string>, isLoadedLate: boolean): string {
  const listed = [...registry.matchAll(line)].flatMap(([, name]) => name ?? []);
  const missed = Object.keys(rotators).filter((name) => !listed.includes(name));
  if (missed.length > 0)
    throw new Error(
      `lib/registry.ts lists ${missed.join(", ")} in another form than this plugin reads`,
    );
  const imports: string[] = [];
  const list = registry.replace(line, (whole, name: string, file: string, exported: string) => {
    if (!types.has(name)) return "";
    if (isLoadedLate) return whole;
    const local = `rotator${imports.length}`;
    imports.push(`import { ${exported} as ${local} } from ${JSON.stringify(file)};\n`);
    return `  "${name}": async () => ${local},\n`;
  });
  return imports.join("") + list;
}
