import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { presetJsonSchema, rotationSchema } from "../../build/schema.ts";
import { typeList } from "../../lib/types.ts";
import { ManifestFolder } from "../lib/manifest/manifest-folder.ts";

const published = JSON.parse(readFileSync("rotation.schema.json", "utf8"));
const schema = z.fromJSONSchema(published);

/** Every object of the schema, with the path to it. */
function* objects(node: unknown, path: readonly string[] = []): Generator<[string, object]> {
  if (typeof node !== "object" || node === null) return;
  if ("type" in node && node.type === "object") yield [path.join("."), node];
  for (const [key, value] of Object.entries(node)) yield* objects(value, [...path, key]);
}

/** What a property is when editors have resolved its references; they look for descriptions no deeper. */
function resolved(property: unknown): unknown {
  const { $ref } = Object(property);
  return $ref ? resolved(published.definitions[$ref.split("/").at(-1)]) : property;
}

/** Every manifest that the documentation shows, not the parts of one. */
function shown(): string[] {
  const pages = ["docs/manifest.md", ...globSync("docs/types/*.md")];
  const text = pages.map((page) => readFileSync(page, "utf8")).join("\n");
  const blocks = text.matchAll(/```yaml\n([\s\S]*?)```/g);
  return [...blocks].map(([, text = ""]) => text).filter((text) => /^secrets:/m.test(text));
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
        if (!plain.test(key))
          expect(resolved(value), `${path}.${key}`).toHaveProperty("description");
  });

  it("accepts rotation.yml and what the documentation shows", () => {
    expect(shown().length).toBeGreaterThan(7);
    for (const text of [readFileSync("rotation.yml", "utf8"), ...shown()])
      expect(schema.safeParse(parse(text)).error).toBeUndefined();
  });

  it.each([
    "secrets: { app: { type: generated, format: hex, field: KEY, schedule: rate(1 day) } }",
    "secrets: { app: { credentials: [{ admin: admin }, { type: generated, format: hex, field: KEY }] } }",
    "{ defaults: { type: generated }, secrets: { app: { format: hex } } }",
    "{ defaults: { type: generated, admin: admin }, secrets: { app: } }",
  ])("accepts %s", (text) => {
    expect(schema.safeParse(parse(text)).error).toBeUndefined();
  });

  it.each([
    "{}",
    "secrets: []",
    "secrets: { app: { shedule: x } }",
    "secrets: { app: { urls: URL } }",
    "secrets: { app: { window: 90m } }",
    "secrets: { app: { credentials: [{ schedule: rate(1 day) }] } }",
    "secrets: { app: { type: generated, format: hex, urls: [URL] } }",
    "secrets: { app: { type: postgres, strategy: in-place, field: KEY } }",
    "secrets: { app: { credentials: [{ type: generated, format: hex, admin: admin }] } }",
    "secrets: { app: { admin: admin, format: hex } }",
    "secrets: { app: { type: oracle } }",
    "{ secrets: {}, defaults: { type: oracle } }",
    "secrets: { app: { exempt: { reason: r } } }",
    "{ secrets: {}, defaults: { urls: [a] } }",
  ])("refuses %s", (text) => {
    expect(schema.safeParse(parse(text)).success).toBe(false);
  });
});

describe("preset.schema.json", () => {
  const preset = JSON.parse(readFileSync("preset.schema.json", "utf8"));

  it("is current (npm run schema)", () => {
    expect(preset).toEqual(presetJsonSchema());
  });

  it("accepts every preset, and no unknown key", () => {
    const form = z.fromJSONSchema(preset);
    const files = globSync("lib/rotators/http/presets/*.yml");
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const value = parse(readFileSync(file, "utf8"));
      expect(form.safeParse(value).error, file).toBeUndefined();
      expect(form.safeParse({ ...value, lists: {} }).success).toBe(false);
    }
  });
});

describe("what the documentation shows", () => {
  it.each(["production", "staging"])("compiles for %s without a warning", async (stage) => {
    using folder = await ManifestFolder.make();
    folder.add("reports-ca.pem", folder.certificate);
    for (const text of shown()) {
      const warnings: string[] = [];
      const now = new Date("2027-01-01");
      // As whoever has that stage would: some of these show none.
      const declared = /^stages:/m.test(text) ? text : `${text}\nstages: { staging: }\n`;
      const { secrets } = folder.compile(declared, { stage, now, warnings, types: typeList });
      expect(Object.keys(secrets).length).toBeGreaterThan(0);
      expect(warnings).toEqual([]);
    }
  });
});
