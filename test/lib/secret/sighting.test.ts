import { describe, expect, it } from "vitest";
import {
  leftTag,
  leftText,
  sightingOf,
  sightingTag,
  sightingText,
} from "../../../lib/secret/sighting.ts";

const now = new Date("2026-03-01T12:00:00Z");
const read = (text: string) => sightingOf(new Map([[sightingTag, text]]), now);

describe("what a secret remembers of AWSCURRENT", () => {
  it.each(["5f1c2b9e-0000-4000-8000-000000000000", "deploy/2026-03-01/0123456789abcdef"])(
    "is read as it was written, for the version %s",
    (version) => {
      const sighting = { version, at: new Date("2026-02-28T12:00:00Z") };
      expect(read(sightingText(sighting))).toEqual(sighting);
    },
  );

  it.each([
    ["somebody's note", "promoted on Sunday"],
    ["no version", "/2026-02-28T12:00:00.000Z"],
    ["no time", "new/"],
    ["a time to come, which would hold everything up until then", "new/2099-01-01T00:00:00.000Z"],
  ])("is nothing where the tag holds %s", (_, text) => {
    expect(read(text)).toBeUndefined();
  });

  it("may come from a clock that is a little ahead", () => {
    expect(read("new/2026-03-01T12:00:30.000Z")).toBeDefined();
  });

  it("is believed of a minute to come at most", () => {
    expect(read("new/2026-03-01T12:01:00.000Z")).toBeDefined();
    expect(read("new/2026-03-01T12:01:00.001Z")).toBeUndefined();
  });

  it("is found by deployments of every version: the tags keep their names", () => {
    expect([sightingTag, leftTag]).toEqual(["quarterturn:promoted", "quarterturn:left"]);
  });
});

describe("versions for which no label was left", () => {
  const ids = Array.from({ length: 9 }, (_, index) => `${index}`.repeat(36));

  it("are read as they were written", () => {
    const tags = new Map([
      [sightingTag, "new/2026-02-28T12:00:00.000Z"],
      [leftTag, leftText(ids.slice(0, 3))],
    ]);
    expect(sightingOf(tags, now)?.left).toEqual(ids.slice(0, 3));
  });

  it("are as many as a tag holds, the first ones first", () => {
    expect(leftText(ids)).toBe(ids.slice(0, 6).join(" "));
    const [full, over] = [
      ["a".repeat(127), "b".repeat(128)],
      ["a".repeat(128), "b".repeat(128)],
    ];
    expect(leftText(full)).toBe(full.join(" "));
    expect(leftText(over)).toBe(over[0]);
  });
});
