import { createHash, randomInt } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  defaultPolicy,
  entropyBits,
  generatePassword,
  minimumEntropy,
  type PasswordPolicy,
} from "../../../../lib/rotators/login/password.ts";

/** How many passwords satisfy the policy, counted one by one. */
function count({ length, characters, require }: PasswordPolicy): number {
  let satisfying = 0;
  for (let index = 0; index < characters.length ** length; index++) {
    let rest = index;
    const password = Array.from({ length }, () => {
      const character = characters[rest % characters.length] ?? "";
      rest = Math.floor(rest / characters.length);
      return character;
    });
    const complete = require.every((group) => password.some((one) => group.includes(one)));
    satisfying += Number(complete);
  }
  return satisfying;
}

/** Up to 6^5 passwords; groups may be empty, and more than there is room for. */
const tinyPolicy = fc
  .record({ size: fc.integer({ min: 1, max: 6 }), length: fc.integer({ min: 1, max: 5 }) })
  .chain(({ size, length }) => {
    const characters = "abcdef".slice(0, size);
    return fc
      .array(fc.integer({ min: 0, max: 4 }), { minLength: size, maxLength: size })
      .map((groupOf) => ({
        length,
        characters,
        require: [0, 1, 2, 3].map((group) =>
          [...characters].filter((_, index) => groupOf[index] === group).join(""),
        ),
      }))
      .chain((policy) =>
        fc.subarray(policy.require).map((require): PasswordPolicy => ({ ...policy, require })),
      );
  });

/** Even and repeatable: SHA-256 of a counter, without modulo bias. */
function seeded(seed: string): (below: number) => number {
  let counter = 0;
  return (below) => {
    for (;;) {
      const word = createHash("sha256").update(`${seed} ${counter++}`).digest().readUInt32BE();
      if (word < 2 ** 32 - (2 ** 32 % below)) return word % below;
    }
  };
}

describe("the entropy of a policy", () => {
  it("is 190.4 bits by default, which is enough", () => {
    // 32 characters of 62 carry 190.53 bits; 0.12 go to the three required kinds.
    const without = (group: number) => ((62 - group) / 62) ** 32;
    const share = 1 - 2 * without(26) - without(10) + without(52) + 2 * without(36);
    expect(entropyBits(defaultPolicy)).toBeCloseTo(32 * Math.log2(62) + Math.log2(share), 9);
    expect(entropyBits(defaultPolicy)).toBeCloseTo(190.526, 2);
    expect(entropyBits(defaultPolicy)).toBeGreaterThanOrEqual(minimumEntropy);
  });

  it("is the logarithm of the number of passwords that satisfy the policy", () => {
    fc.assert(
      fc.property(tinyPolicy, (policy) => {
        const passwords = count(policy);
        const bits = entropyBits(policy);
        if (passwords === 0) expect(bits).toBe(Number.NEGATIVE_INFINITY);
        else expect(bits).toBeCloseTo(Math.log2(passwords), 9);
      }),
      { numRuns: 200 },
    );
  });

  it("is finite for the longest password of the manifest", () => {
    const characters = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join("");
    expect(entropyBits({ length: 1024, characters, require: ["0"] })).toBeCloseTo(
      1024 * Math.log2(94),
      3,
    );
  });

  it.each<[string, PasswordPolicy]>([
    ["a required kind is not in the alphabet", { length: 9, characters: "ab", require: ["1"] }],
    ["a required kind is empty", { length: 9, characters: "ab", require: [""] }],
    [
      "there are more kinds than characters",
      { length: 2, characters: "abc", require: ["a", "b", "c"] },
    ],
    ["there is no alphabet", { length: 9, characters: "", require: [] }],
  ])("is -Infinity when %s", (_, policy) => {
    expect(entropyBits(policy)).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("a generated password", () => {
  it("satisfies its policy", () => {
    fc.assert(
      fc.property(
        tinyPolicy.filter((policy) => count(policy) > 0),
        (policy) => {
          const password = generatePassword(policy, randomInt).reveal();
          expect(password).toHaveLength(policy.length);
          expect([...password].every((one) => policy.characters.includes(one))).toBe(true);
          for (const group of policy.require)
            expect([...password].some((one) => group.includes(one))).toBe(true);
        },
      ),
    );
  });

  it("is 32 letters and digits by default, another one each time", () => {
    const made = Array.from({ length: 100 }, () =>
      generatePassword(defaultPolicy, randomInt).reveal(),
    );
    expect(new Set(made).size).toBe(100);
    for (const password of made) expect(password).toMatch(/^[a-zA-Z0-9]{32}$/);
  });

  it("is drawn evenly from all that the policy allows", () => {
    const policy = { length: 3, characters: "abc12", require: ["abc", "12"] };
    const draws = 20_000;
    const seen = new Map<string, number>();
    const random = seeded("evenly");
    for (let i = 0; i < draws; i++) {
      const password = generatePassword(policy, random).reveal();
      seen.set(password, (seen.get(password) ?? 0) + 1);
    }
    const cells = count(policy);
    expect(seen.size).toBe(cells);
    const expected = draws / cells;
    const chiSquare = [...seen.values()].reduce(
      (sum, n) => sum + (n - expected) ** 2 / expected,
      0,
    );
    // 89 degrees of freedom: the 99.9th percentile.
    expect(cells).toBe(90);
    expect(chiSquare).toBeLessThan(135);
  });

  it("asks the source for integers below the size of the alphabet only", () => {
    const asked = new Set<number>();
    const random = seeded("asked");
    generatePassword(defaultPolicy, (below) => {
      asked.add(below);
      return random(below);
    });
    expect([...asked]).toEqual([62]);
  });
});
