import { describe, expect, it } from "vitest";
import { keyKinds } from "../../lab/keys/crash.ts";
import type { KeyAccountOptions } from "../../lab/keys/key-manifest.ts";
import { keyWalk, shortestKeys } from "../../lab/keys/walk.ts";
import { everything } from "../everything.ts";

const [seeds, steps] = everything ? [4, 1000] : [1, 120];

const slow = { activation: 4_000, revocation: 60_000, deadFor: 120_000 };

const kinds: Readonly<Record<string, KeyAccountOptions>> = {
  ...keyKinds,
  "handed over by people": { supplied: true },
  "handed over by people, slow and disabled first": { supplied: true, disables: true, ...slow },
  "handed over by people, beside a login and a generated value": { supplied: true, mixed: true },
};

describe("a random walk with keys", { timeout: 600_000 }, () => {
  it.each(Object.entries(kinds))("breaks no promise: %s", async (_, options) => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const walked = await keyWalk(seed, steps, options);
      if (walked.broken.length > 0)
        expect({ seed, ...walked, shortest: await shortestKeys(walked, options) }).toBe("unbroken");
      expect(walked.operations).toHaveLength(steps);
      // One at least whenever all is calm.
      expect(walked.rotations).toBeGreaterThanOrEqual(steps / 40);
    }
  });
});
