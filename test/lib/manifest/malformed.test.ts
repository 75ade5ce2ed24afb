import { afterAll, describe, expect, it } from "vitest";
import { InvalidManifest } from "../../../lib/manifest/errors.ts";
import { malformed } from "./malformed.ts";
import { ManifestFolder } from "./manifest-folder.ts";

const folder = await ManifestFolder.make();
afterAll(() => folder[Symbol.dispose]());

/** The problems of a manifest, without the folder's name. */
function problems(text: string | Uint8Array): string[] {
  try {
    folder.compile(text);
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    const lines = error.message.split("\n");
    return lines.slice(1, -1).map((line) => folder.withoutItsName(line.trim()));
  }
  return [];
}

describe.each(Object.entries(malformed))(
  "%s: refused with file, line, path and remedy",
  (_, rows) => {
    it.each(rows)("%s", (_, text, expected) => {
      expect(problems(text)).toEqual([expected].flat());
    });
  },
);

describe("a malformed manifest", () => {
  it.each(["utf16le", "latin1"] as const)("in %s is told so", (encoding) => {
    const text = Buffer.from("secrets: # \u00e9\n  app: { strategy: in-place }\n", encoding);
    expect(problems(text)).toEqual(["rotation.yml:1: it is not UTF-8 text: save it as UTF-8"]);
  });

  it("may begin with a byte order mark", () => {
    expect(problems("\ufeffsecrets:\r\n  app: { strategy: in-place }\r\n")).toEqual([]);
  });

  it("hides no mistake of one part behind one of another", () => {
    const text = `secrets:
  app:
    window: 90m
    clusters: [a b]
    mirror: {}
    credentials:
      - { fields: { hots: HOST } }
      - { strategy: in-place, ca: missing.pem }
      - { type: generated, format: hex, field: KEY, bytes: 4 }
  b c: { stages: [prodcution], grace: 2d, shedule: x }
defaults: { type: 5 }`;
    expect(problems(text).map((line) => line.split(": ", 2).join(": "))).toEqual([
      "rotation.yml:3: secrets.app.window",
      "rotation.yml:4: secrets.app.clusters.0",
      "rotation.yml:5: secrets.app.mirror",
      "rotation.yml:7: secrets.app.credentials.0.fields.hots",
      "rotation.yml:10: secrets.b c.stages.0",
      "rotation.yml:10: secrets.b c",
      "rotation.yml:10: secrets.b c.shedule",
      "rotation.yml:11: defaults.type",
    ]);
    expect(
      problems(text.replace(/\ndefaults.*/, "")).map((line) => line.split(": ", 2)[1]),
    ).toEqual([
      "secrets.app.window",
      "secrets.app.clusters.0",
      "secrets.app.mirror",
      "secrets.app.credentials.0.fields.hots",
      "secrets.app.credentials.1.ca",
      "secrets.app.credentials.2.bytes",
      "secrets.b c.stages.0",
      "secrets.b c",
      "secrets.b c.shedule",
    ]);
  });

  it("is told with all its problems at once, from the top of the file to its end", () => {
    const text = `defaults: { clusters: [a b], grace: 1h }
stages:
  staging: { window: 6h }
secrets:
  app:
    strategy: inplace
    urls: URL
    fields: { hots: HOST }
  other:
    strategy: in-place
    ca: missing.pem
    password: { length: 10 }
    schedule: rate(4 hours)
  third: {}`;
    expect(problems(text).map((line) => line.split(": ", 2).join(": "))).toEqual([
      "rotation.yml:1: defaults.clusters.0",
      "rotation.yml:6: secrets.app.strategy",
      "rotation.yml:7: secrets.app.urls",
      "rotation.yml:8: secrets.app.fields.hots",
      "rotation.yml:11: secrets.other.ca",
      "rotation.yml:12: secrets.other.password",
      "rotation.yml:13: secrets.other.schedule",
      "rotation.yml:14: secrets.third",
    ]);
  });
});
