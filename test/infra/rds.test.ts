import { afterAll, describe, expect, it } from "vitest";
import { functionsOf } from "../../infra/template.ts";
import { typeList } from "../../lib/types.ts";
import { ManifestFolder } from "../lib/manifest/manifest-folder.ts";

const folder = await ManifestFolder.make();
afterAll(() => folder[Symbol.dispose]());

/** In seconds, by function. */
function timeouts(secrets: string): Record<string, unknown> {
  const manifest = folder.compile(`secrets:\n${secrets}`, { types: typeList });
  const deployment = { service: "quarterturn", stage: "production", manifest };
  const functions = Object.entries(functionsOf(deployment));
  return Object.fromEntries(functions.map(([name, value]) => [name, Object(value).timeout]));
}

const key = "  key: { type: generated, format: hex, field: KEY }\n";
const master =
  "  app: { type: rds-master, strategy: in-place, instance: main, engine: postgres }\n";

describe("a switch that takes minutes", () => {
  it("gives the function that rotates it so much more time, and no other", () => {
    const without = timeouts(`${key}  app: { strategy: in-place }\n`);
    expect(without["rotate-database"]).toBe(60);
    expect(timeouts(key + master)).toEqual({ ...without, "rotate-database": 300 });
  });
});
