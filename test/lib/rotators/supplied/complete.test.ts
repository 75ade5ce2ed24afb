import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InvalidManifest } from "../../../../lib/manifest/errors.ts";
import { isSupplied } from "../../../../lib/manifest/manifest.ts";
import { typeList } from "../../../../lib/types.ts";
import { ManifestFolder } from "../../manifest/manifest-folder.ts";

const day = 24 * 3600e3;

let folder: ManifestFolder;
beforeAll(async () => {
  folder = await ManifestFolder.make();
});
afterAll(() => folder?.[Symbol.dispose]());

function entry(keys: string) {
  const { secrets } = folder.compile(`secrets: { app: { ${keys} } }`, { types: typeList });
  const { app } = secrets;
  if (!app) throw new Error("no entry");
  return app;
}

describe("type: supplied", () => {
  it("needs no more than its type", () => {
    const app = entry("type: supplied");
    expect(isSupplied(app)).toBe(true);
    expect(app).toMatchObject({
      place: "internet",
      credentials: [
        {
          strategy: "supply",
          traits: { oldWorksBeside: true, switches: false },
          supply: { field: "api_key" },
          fields: { secret: "api_key" },
          prefix: "",
          shape: "\\S+",
        },
      ],
    });
    expect(app.shape).toBeUndefined();
  });

  it("may be the whole secret", () => {
    expect(entry("type: supplied, plain: true")).toMatchObject({
      shape: "plain",
      credentials: [{ supply: { field: "" }, fields: { secret: "" } }],
    });
  });

  it("says how often, where, and what the key looks like", () => {
    const keys = 'every: 30d, console: "https://x.example/keys", prefix: sk_, shape: "[a-z]{8}"';
    expect(entry(`type: supplied, field: k, ${keys}`).credentials).toMatchObject([
      {
        supply: { field: "k", every: 30 * day, console: "https://x.example/keys" },
        prefix: "sk_",
        shape: "[a-z]{8}",
      },
    ]);
  });

  it("beside another one leaves the secret a schedule", () => {
    const both =
      "credentials: [{ type: supplied, field: k }, { type: generated, format: hex, field: s }]";
    expect(isSupplied(entry(both))).toBe(false);
  });

  it("with its own time may stand beside a schedule by the calendar", () => {
    const by = 'schedule: "cron(0 2 1 * ? *)"';
    expect(entry(`type: supplied, field: k, every: 90d, ${by}`).schedule.expression).toContain(
      "cron",
    );
  });

  it.each([
    ["type: supplied, shape: '['", "secrets.app.shape: is not a regular expression"],
    ["type: supplied, every: 90m", "secrets.app.every: is less than a day"],
    ["type: supplied, console: 'http://x'", "secrets.app.console: must be an https URL"],
    [
      "type: supplied, field: a, fields: { secret: b }",
      "secrets.app.field: cannot be used with fields",
    ],
    [
      "type: supplied, field: a, plain: true",
      "secrets.app.field: names a field, but the secret is the key itself",
    ],
    ["type: supplied, fields: { id: b }", "secrets.app.fields: names no secret part"],
    [
      "type: supplied, fields: { secret: b, id: b }",
      "secrets.app.fields.id: the field b is already its secret",
    ],
    [
      "type: supplied, schedule: 'cron(0 2 1 * ? *)'",
      "does not say how often people replace what they supply",
    ],
    [
      "credentials: [{ type: supplied, field: a }, { type: supplied, field: a }]",
      "the field a is already rotated by credentials.0",
    ],
    ["type: supplied, format: hex", "belongs to type generated"],
  ])("%s is refused", (keys, problem) => {
    expect(() => entry(keys)).toThrow(InvalidManifest);
    expect(() => entry(keys)).toThrow(problem);
  });
});
