import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { bundleFunctions } from "../../build/bundle.ts";
import { builtFunctions, cache } from "../../lab/built-functions.ts";

const folder = mkdtempSync(join(tmpdir(), "quarterturn-built-"));
afterAll(() => rmSync(folder, { recursive: true }));

function manifest(credential: string, secret: string): string {
  const file = join(folder, "rotation.yml");
  writeFileSync(file, `secrets: { ${secret}: { credentials: [${credential}] } }`);
  return file;
}

async function texts(credential: string, secret: string): Promise<Record<string, string>> {
  const paths = await builtFunctions(join(folder, secret), manifest(credential, secret));
  return Object.fromEntries(
    Object.entries(paths).map(([name, path]) => [name, readFileSync(path, "utf8")]),
  );
}

/** It hands every alert on, whatever it is about. */
const withoutManifest = "relay";

const login = "{ type: postgres, strategy: in-place }";
const key = "{ type: generated, format: hex, field: KEY }";

it("builds once for all manifests whose secrets have the same types", async () => {
  const first = await texts(login, "canary-a");
  const kept = readdirSync(cache).length;
  const second = await texts(login, "canary-b");
  expect(readdirSync(cache)).toHaveLength(kept);
  expect(Object.keys(second)).toEqual(Object.keys(first));
  for (const [name, text] of Object.entries(second)) {
    expect(text, name).toBe(first[name]?.replaceAll("canary-a", "canary-b"));
    if (name !== withoutManifest) expect(text, name).toContain('"canary-b":{');
    expect(text, name).not.toContain("QUARTERTURN_MANIFEST");
  }
});

it("builds what a deployment does", async () => {
  const file = manifest(`${login}, ${key}`, "both");
  const kept = await builtFunctions(join(folder, "kept"), file);
  const deployed = await bundleFunctions(join(folder, "deployed"), file);
  expect(Object.keys(kept).toSorted()).toEqual(Object.keys(deployed).toSorted());
  /** A bundle's strings: neither the manifest's keys nor the names that esbuild made short, as in `",secret:s,`. */
  const strings = (path = "") => [
    ...new Set(
      readFileSync(path, "utf8")
        .replaceAll(/:\w{1,2}(?=[,}])/g, ":")
        .match(/"[\w .,:;/-]{20,}"/g)
        ?.toSorted(),
    ),
  ];
  for (const [name, path] of Object.entries(deployed)) {
    expect(strings(path).length, name).toBeGreaterThan(100);
    expect(strings(kept[name]), name).toEqual(strings(path));
  }
});
