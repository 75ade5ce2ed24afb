import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { importsOf, layers, sourceFiles, violations } from "../../build/layers.ts";

const of = (...imports: string[]) =>
  imports.map((each) => `import { x } from "${each}";`).join("\n");

describe("the layers", () => {
  it("hold for every file", () => {
    const files = sourceFiles(".");
    expect(files.length).toBeGreaterThan(400);
    expect(files.flatMap((file) => violations(file, readFileSync(file, "utf8")))).toEqual([]);
  });

  it("have a row for every folder that exists, and for no other", () => {
    const files = sourceFiles(".");
    const isUsed = (path: string) =>
      files.some((file) => file === path || file.startsWith(`${path}/`));
    const rows = layers.map(({ path }) => path);
    expect(rows.filter((path) => !isUsed(path) && path !== "vitest.config.ts")).toEqual([]);
  });

  const protocol = ["rotation", "retirement", "settlement", "mirror", "watch", "manifest"];
  const types = [
    "../rotators/login/login.ts",
    "../rotators/postgres/type.ts",
    "../consumers/ecs/ecs.ts",
  ];
  it.each(protocol)("keep every type out of lib/%s", (folder) => {
    for (const type of types)
      expect(violations(`lib/${folder}/some.ts`, of(type))).toEqual([
        expect.stringContaining(`lib/${folder}/some.ts imports lib/`),
      ]);
  });

  it.each([
    ["lib/rotation/some.ts", "../registry.ts"],
    ["lib/secret/some.ts", "../rotation/credential.ts"],
    ["lib/rotators/generated/some.ts", "../login/login.ts"],
    ["lib/rotators/login/some.ts", "../postgres/postgres.ts"],
    ["functions/some.ts", "../lab/world.ts"],
    ["standin/some.ts", "../lib/errors.ts"],
    ["lib/rotation/some.ts", "@aws-sdk/client-secrets-manager"],
    ["lib/settlement/some.ts", "pg"],
  ])("refuse %s the import of %s", (file, specifier) => {
    expect(violations(file, of(specifier))).toHaveLength(1);
  });

  it("refuse a file in a folder that they do not know", () => {
    expect(violations("lib/new/some.ts", "")).toEqual([expect.stringContaining("in no layer")]);
  });
});

describe("the imports of a source", () => {
  it("are found in every form, types included, and not in comments", () => {
    const source = `
      import type { A } from "./a.ts";
      import { b,
        c } from "./b.ts";
      import "./c.ts";
      export { d } from "./d.ts";
      const e = await import("./e.ts");
      /** import { f } from "./f.ts"; */`;
    expect(importsOf(source)).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.ts"]);
  });
});
