import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { scopeKeys } from "../../../lib/consumers/types.ts";
import { InvalidManifest } from "../../../lib/manifest/errors.ts";
import { secretKeys } from "../../../lib/manifest/keys.ts";
import type { Manifest } from "../../../lib/manifest/manifest.ts";
import { ownKeys as generatedKeys } from "../../../lib/rotators/generated/keys.ts";
import { ownKeys as iamKeys } from "../../../lib/rotators/iam/keys.ts";
import { ownKeys, sharedKeys } from "../../../lib/rotators/login/keys.ts";
import { everything } from "../../everything.ts";
import { ManifestFolder } from "./manifest-folder.ts";

const folder = await ManifestFolder.make();
afterAll(() => folder[Symbol.dispose]());

const value = fc.oneof(
  { depthSize: "small" },
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("3h", "24h", "in-place", "alternating-users", "rate(4 hours)", "admin", "ca.pem"),
  fc.constantFrom(["URL"], ["production"], { secret: "app" }, { password: "P" }, [{}], {}),
);
const keys = fc.constantFrom(
  ...Object.keys({
    ...secretKeys,
    ...scopeKeys,
    ...sharedKeys,
    ...ownKeys,
    ...generatedKeys,
    ...iamKeys,
  }),
  "credentials",
  "type",
  "url",
  "__proto__",
);
const some = fc.dictionary(keys, value, { maxKeys: 5 });
const names = fc.constantFrom(
  "app",
  `\${stage}/app`,
  "a b",
  "constructor",
  "__proto__",
  "arn:aws:x",
);
const usual = fc.constant({ strategy: "in-place" });
const entry = fc.oneof(some, value, usual);
const arbitrary = fc.record(
  {
    defaults: fc.oneof(some, value),
    stages: fc.oneof(fc.dictionary(fc.constantFrom("staging", "dev", "a b"), some), value),
    secrets: fc.oneof({ weight: 4, arbitrary: fc.dictionary(names, entry) }, value),
  },
  { requiredKeys: [] },
);
// Arbitrary keys are refused, nearly always.
const tame = fc.record({ secrets: fc.dictionary(names, usual, { minKeys: 1, maxKeys: 2 }) });
const manifests = fc.oneof({ weight: 9, arbitrary }, tame);

/** What is made of it: a manifest, or the message that it is refused with. */
function outcome(text: string): Manifest | string {
  try {
    return folder.compile(text);
  } catch (error) {
    if (error instanceof InvalidManifest) return error.message;
    throw error;
  }
}

describe("whatever the file holds", () => {
  it("is compiled, or refused with a line for every problem", { timeout: 120_000 }, () => {
    const seen = { compiled: 0, refused: 0 };
    const check = (manifest: unknown) => {
      const made = outcome(JSON.stringify(manifest, null, 1));
      if (typeof made !== "string") {
        seen.compiled += 1;
        expect(JSON.parse(JSON.stringify(made))).toEqual(made);
        return;
      }
      seen.refused += 1;
      expect(made.split("\n").slice(1, -1)).not.toEqual([]);
      for (const line of made.split("\n").slice(1, -1))
        expect(folder.withoutItsName(line)).toMatch(/^ {2}rotation\.yml:\d+: .+/);
    };
    fc.assert(fc.property(manifests, check), { numRuns: everything ? 1000 : 300 });
    expect(seen.compiled).toBeGreaterThan(0);
    expect(seen.refused).toBeGreaterThan(0);
  });
});
