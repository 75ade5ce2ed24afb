import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { credentialSchema } from "../lib/manifest/schema.ts";

const read = (path: string) => readFileSync(path, "utf8");

describe("the documentation", () => {
  it("lists every error code, and no other", () => {
    const codes = [...read("lib/errors.ts").matchAll(/super\(\s*"([A-Z_]+)"/g)].map(([, c]) => c);
    const listed = [...read("docs/errors.md").matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, c]) => c);
    expect(listed.toSorted()).toEqual(codes.toSorted());
  });

  it("explains every key of a credential, and no other", () => {
    const table = read("docs/manifest.md").split("## Keys of a credential")[1]?.split("\n## ")[0];
    const listed = [...(table ?? "").matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key);
    expect(listed.toSorted()).toEqual(Object.keys(credentialSchema.shape).toSorted());
  });

  it("names only commands that exist", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const named = ["README.md", "CONTRIBUTING.md", "docs/manifest.md"].flatMap((file) =>
      [...read(file).matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name ?? ""),
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
