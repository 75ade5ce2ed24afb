import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { providersPage } from "../../build/providers-page.ts";
import { bundledPresets } from "../../lib/rotators/http/presets.ts";

describe("docs/providers.md", () => {
  it("is current (npm run providers)", () => {
    const page = providersPage([...bundledPresets().values()]);
    expect(readFileSync("docs/providers.md", "utf8")).toBe(page);
  });

  it("has a section for every preset, which is called as its file", () => {
    const presets = bundledPresets();
    expect(presets.size).toBeGreaterThan(2);
    const page = readFileSync("docs/providers.md", "utf8");
    for (const [name, { preset }] of presets) {
      expect(preset).toBe(name);
      expect(page).toContain(`<a id="${name}"></a>`);
    }
  });

  it("says how the old key ends, and what a new one takes over", () => {
    const sectionOf = (name: string) => {
      const [, section = ""] = readFileSync("docs/providers.md", "utf8").split(`<a id="${name}">`);
      return section.split("<a id=")[0];
    };
    expect(sectionOf("clerk-secret-key")).toContain(
      "**The old key** ends by itself 168h after the new one is made; `oldEndsAfter` says otherwise",
    );
    expect(sectionOf("clerk-secret-key")).toContain(
      "**In the secret:** `secret_key`, unless `field` says otherwise",
    );
    expect(sectionOf("datadog")).toContain(
      "in the fields `api_key` and `application_key` of that secret",
    );
    expect(sectionOf("gitlab-project-token")).toContain('project: "4321"');
    expect(sectionOf("gitlab-project-token")).toContain(
      "**A new key ends by itself** after 181 days",
    );
    expect(sectionOf("cloudflare")).toContain(
      "the new key gets policies, condition of the old one",
    );
    expect(sectionOf("cloudflare")).toContain("**The old key** is disabled, and deleted 24h later");
    expect(sectionOf("huggingface")).toContain("**Only a person can end a key.**");
  });
});
