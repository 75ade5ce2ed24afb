import { expect, it } from "vitest";
import { intentsIn, intentTag, isOver, nameOf } from "../../../../lib/rotators/iam/intent.ts";

const at = new Date("2026-11-29T10:00:00.250Z");
const intent = { id: "a1b2c3d4", name: "qt-aws-one-two", at, others: ["AKIAOLD"] };
const after = (seconds: number) => new Date(at.getTime() + seconds * 1000);
const tags = [intentTag(intent), { key: "team", value: "media" }];
const key = { id: "AKIANEW", createdAt: after(0), lastUsedAt: null };

it("is read from its tag as it was written, and other tags are none", () => {
  expect(intentsIn(tags)).toEqual([intent]);
  expect(intentsIn([{ key: "quarterturn:creating:x", value: "edited by hand" }])).toEqual([]);
});

it("fits into a tag of IAM", () => {
  const full = { ...intent, name: "q".repeat(40), others: ["A".repeat(20), "B".repeat(20)] };
  const { key: tagKey, value } = intentTag(full);
  expect(tagKey).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u);
  expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u);
});

it("names the key that was created for it, whatever the clocks say by a second", () => {
  expect(nameOf(key, tags)).toBe("qt-aws-one-two");
  expect(nameOf({ ...key, createdAt: after(-0.25) }, tags)).toBe("qt-aws-one-two");
  expect(nameOf({ ...key, createdAt: after(15 * 60) }, tags)).toBe("qt-aws-one-two");
});

it.each([
  ["was there before", { id: "AKIAOLD" }],
  ["was created when no function ran any more", { createdAt: after(15 * 60 + 1) }],
  ["was used", { lastUsedAt: after(5) }],
  ["came from nobody knows when", { createdAt: undefined }],
])("names no key that %s", (_, more) => {
  expect(nameOf({ ...key, ...more }, tags)).toBeUndefined();
});

it("counts less than the key's own tag, and the newest one counts", () => {
  const newer = intentTag({ ...intent, id: "e5f6", name: "qt-newer", at: after(1) });
  expect(nameOf(key, [...tags, newer])).toBe("qt-newer");
  const own = { key: "AKIANEW", value: "the laptop of Kim" };
  expect(nameOf({ ...key, lastUsedAt: after(5) }, [...tags, newer, own])).toBe(own.value);
});

it("is over when nothing can be created for it", () => {
  expect(isOver(intent, after(15 * 60))).toBe(false);
  expect(isOver(intent, after(15 * 60 + 1))).toBe(true);
});
