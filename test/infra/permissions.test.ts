import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { permissionsPage } from "../../infra/permissions.ts";

describe("docs/permissions.md", () => {
  it("is what `npm run permissions` makes", () => {
    expect(readFileSync("docs/permissions.md", "utf8")).toBe(permissionsPage());
  });
});
