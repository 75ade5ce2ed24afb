import { describe, expect, it } from "vitest";
import { deathOf, deathsIn, deathTag, deathText } from "../../../lib/secret/death.ts";

const now = new Date("2026-03-01T12:00:00Z");
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 11, minute));
const tags = (text: string) => new Map([[deathTag, text]]);
const ids = [..."abcdefghij"].map((letter) => `leaked-${letter.repeat(36)}`);

/** As settlement writes it, one death after the other. */
const written = (versions: readonly string[]) =>
  versions.reduce((text, id, index) => deathText(tags(text), id, at(index)) ?? text, "");

describe("when credentials that leaked were proven dead", () => {
  it("is read as it was written, also for versions whose id holds slashes", () => {
    const text = written(["deploy/2026-03-01/0123", "old"]);
    expect(deathOf(tags(text), "deploy/2026-03-01/0123", now)).toEqual(at(0));
    expect(deathOf(tags(text), "old", now)).toEqual(at(1));
    expect(deathOf(tags(text), "other", now)).toBeUndefined();
    expect(deathsIn(tags(text), now)).toEqual([at(1), at(0)]);
  });

  it("is written once for a version: a later look proves it again", () => {
    expect(deathText(tags(written(["old"])), "old", at(5))).toBeUndefined();
  });

  it("keeps to the length of a tag: nine versions, and the oldest one makes room", () => {
    const text = written(ids);
    expect(text.length).toBeLessThanOrEqual(256);
    const kept = ids.filter((id) => deathOf(tags(text), id, now));
    expect(kept).toEqual(ids.slice(1));
  });

  it.each(["", "somebody's note", "old/", "old/tomorrow", "old/9999999999999"])(
    "is nothing where the tag holds %j",
    (text) => {
      expect(deathsIn(tags(text), now)).toEqual([]);
      expect(deathOf(tags(text), "old", now)).toBeUndefined();
    },
  );
});
