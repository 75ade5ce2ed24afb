import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { rotationSchema } from "../../build/schema.ts";

const published = JSON.parse(readFileSync("rotation.schema.json", "utf8"));
const schema = z.fromJSONSchema(published);

/** Every object of the schema, with the path to it. */
function* objects(node: unknown, path: readonly string[] = []): Generator<[string, object]> {
  if (typeof node !== "object" || node === null) return;
  if ("type" in node && node.type === "object") yield [path.join("."), node];
  for (const [key, value] of Object.entries(node)) yield* objects(value, [...path, key]);
}

describe("rotation.schema.json", () => {
  it("is current (npm run schema)", () => {
    expect(published).toEqual(rotationSchema());
  });

  it("is named in the first line of rotation.yml", () => {
    const [first] = readFileSync("rotation.yml", "utf8").split("\n");
    expect(first).toBe("# yaml-language-server: $schema=./rotation.schema.json");
  });

  it("allows no key that it does not know", () => {
    for (const [path, object] of objects(published))
      expect(object, path).toHaveProperty("additionalProperties");
  });

  it("explains every key to the editor", () => {
    const plain = /^(host|port|database|username|password)$/;
    for (const [path, object] of objects(published))
      for (const [key, value] of Object.entries(Object(object).properties ?? {}))
        if (!plain.test(key)) expect(value, `${path}.${key}`).toHaveProperty("description");
  });

  it("accepts rotation.yml and what the documentation shows", () => {
    const shown = readFileSync("docs/manifest.md", "utf8").matchAll(/```yaml\n([\s\S]*?)```/g);
    const whole = [...shown].map(([, text = ""]) => parse(text)).filter((value) => value?.secrets);
    expect(whole.length).toBeGreaterThan(0);
    for (const value of [parse(readFileSync("rotation.yml", "utf8")), ...whole])
      expect(schema.safeParse(value).error).toBeUndefined();
  });

  it.each([
    "{}",
    "secrets: []",
    "secrets: { app: { shedule: x } }",
    "secrets: { app: { urls: URL } }",
    "secrets: { app: { window: 90m } }",
    "secrets: { app: { credentials: [{ schedule: rate(1 day) }] } }",
    "secrets: { app: { exempt: { reason: r } } }",
    "{ secrets: {}, defaults: { urls: [a] } }",
  ])("refuses %s", (text) => {
    expect(schema.safeParse(parse(text)).success).toBe(false);
  });
});
