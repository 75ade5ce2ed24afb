import { describe, expect, it } from "vitest";
import { sightingOf, sightingTag, sightingText } from "../../../lib/secret/sighting.ts";

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
});
