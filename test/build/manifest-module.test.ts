import { describe, expect, it } from "vitest";
import { manifestModule } from "../../build/manifest-module.ts";
import type { Manifest, SecretEntry } from "../../lib/manifest/manifest.ts";

const entry = (admin: string) =>
  ({
    schedule: { expression: "rate(90 days)" },
    consumers: { clusters: ["production"] },
    grace: 0,
    deadline: 1,
    credentials: [
      { type: "postgres", admin, traits: { oldWorksBeside: true, changesUsername: true } },
    ],
    place: "network",
  }) as unknown as SecretEntry;

const manifest = (secrets: Record<string, SecretEntry>): Manifest => ({
  stage: "production",
  secrets,
  exempt: [],
});

const imported = async (text: string): Promise<unknown> =>
  (await import(`data:text/javascript,${encodeURIComponent(text)}`)).default;

describe("the manifest in a bundle", () => {
  it("is what was compiled, whatever its names are", async () => {
    const names = [
      "app",
      "__proto__",
      "constructor",
      "it's",
      "line\u2028break",
      "back`tick",
      "</script>",
    ];
    const secrets = Object.fromEntries(names.map((name, index) => [name, entry(`${index % 2}`)]));
    Object.defineProperty(secrets, "__proto__", { value: entry("p"), enumerable: true });
    const made = manifest(secrets);
    const text = manifestModule(made);
    expect(JSON.stringify(await imported(text))).toBe(JSON.stringify(made));
  });

  it("holds equal parts once", () => {
    const many = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [`app/${index}`, entry(`admin/${index}`)]),
    );
    const text = manifestModule(manifest(many));
    expect(text.length).toBeLessThan(JSON.stringify(many).length * 0.75);
    expect(text.match(/oldWorksBeside/g)).toHaveLength(1);
  });
});
