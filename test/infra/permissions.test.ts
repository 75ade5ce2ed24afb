import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { permissionsPage } from "../../infra/permissions.ts";

describe("docs/permissions.md", () => {
  it("is what `npm run permissions` makes", () => {
    expect(readFileSync("docs/permissions.md", "utf8")).toBe(permissionsPage());
  });

  it("numbers the wildcards, each with a reason; a new one is a decision", () => {
    const [, table = ""] = permissionsPage().split(/^## Wildcards: 46$/m);
    const rows = [...table.matchAll(/^\| ([\w-]+) \| `.*` \| .* \| (.*) \|$/gm)];
    expect(rows).toHaveLength(46);
    for (const [row, , why] of rows) expect(why, row).toMatch(/\w.*\.$/);
  });
});
