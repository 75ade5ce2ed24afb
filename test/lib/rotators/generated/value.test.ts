import { randomInt } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Format,
  formatEntropy,
  type GeneratedSpec,
  generateValue,
  hasFormat,
} from "../../../../lib/rotators/generated/value.ts";

const specOf = (format: Format, prefix = ""): GeneratedSpec => ({
  type: "generated",
  strategy: "generate",
  traits: { oldWorksBeside: false, changesUsername: false, switches: false },
  field: "key",
  format,
  prefix,
});

const format: fc.Arbitrary<Format> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("hex" as const, "base64" as const, "base64url" as const),
    bytes: fc.integer({ min: 1, max: 100 }),
  }),
  fc.record({
    kind: fc.constant("alphanumeric" as const),
    length: fc.integer({ min: 1, max: 99 }),
  }),
  fc.constant({ kind: "uuid" as const }),
);

describe("a generated value", () => {
  it.each<[Format, RegExp]>([
    [{ kind: "hex", bytes: 32 }, /^[0-9a-f]{64}$/],
    [{ kind: "base64", bytes: 32 }, /^[A-Za-z0-9+/]{43}=$/],
    [{ kind: "base64url", bytes: 32 }, /^[\w-]{43}$/],
    [{ kind: "alphanumeric", length: 40 }, /^[A-Za-z0-9]{40}$/],
    [{ kind: "uuid" }, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
  ])("of %j has that form", (format, form) => {
    expect(generateValue(specOf(format), randomInt).reveal()).toMatch(form);
  });

  it("is told by its form, with its prefix, and from one of any other form", () => {
    fc.assert(
      fc.property(format, format, fc.constantFrom("", "whsec_", "a"), (one, other, prefix) => {
        const value = generateValue(specOf(one, prefix), randomInt).reveal();
        expect(hasFormat(value, specOf(one, prefix))).toBe(true);
        expect(hasFormat(`${value}x`, specOf(one, prefix))).toBe(false);
        expect(hasFormat(value.slice(0, -1), specOf(one, prefix))).toBe(false);
        expect(hasFormat(value, specOf(one, `${prefix}y`))).toBe(false);
        if (one.kind === "hex" && other.kind === "hex")
          expect(hasFormat(value, specOf(other, prefix))).toBe(one.bytes === other.bytes);
      }),
      { numRuns: 1000 },
    );
  });

  it("is drawn from all of its form: every character occurs, and none twice in a row of values", () => {
    const draw = (format: Format) =>
      Array.from({ length: 300 }, () => generateValue(specOf(format), randomInt).reveal());
    expect(new Set(draw({ kind: "hex", bytes: 16 }).join("")).size).toBe(16);
    expect(new Set(draw({ kind: "base64", bytes: 30 }).join("")).size).toBe(64);
    expect(new Set(draw({ kind: "alphanumeric", length: 30 }).join("")).size).toBe(62);
    expect(new Set(draw({ kind: "uuid" })).size).toBe(300);
  });

  it.each<[Format, number]>([
    [{ kind: "hex", bytes: 16 }, 128],
    [{ kind: "base64url", bytes: 32 }, 256],
    [{ kind: "alphanumeric", length: 22 }, 130.99],
    [{ kind: "uuid" }, 122],
  ])("of %j carries %d bits", (format, bits) => {
    expect(formatEntropy(format)).toBeCloseTo(bits, 1);
  });
});

it.each([
  ["hex", "ABCDEF", { kind: "hex", bytes: 3 }],
  ["base64 without its padding", "AAAAAA", { kind: "base64", bytes: 4 }],
  ["base64 in the other alphabet", "-_-_", { kind: "base64", bytes: 3 }],
  ["a UUID of another version", "c232ab00-9414-11ec-b3c8-9f6bdeced846", { kind: "uuid" }],
] as const)("%s that we would not have written is not ours", (_, text, format) => {
  expect(hasFormat(text, specOf(format))).toBe(false);
});
