import { describe, expect, it } from "vitest";
import { olderRetiringLabel } from "../../../lib/secret/labels.ts";
import { refusalTag, refusalText, refusedSince } from "../../../lib/secret/refusal.ts";

const now = new Date("2026-03-04T05:06:07Z");
const later = new Date("2026-03-05T05:06:07Z");

/** With a label by which they are to be retired. */
const secretOf = (ids: readonly string[], text = "") => ({
  versions: new Map(ids.map((id) => [id, [olderRetiringLabel(id)]] as const)),
  tags: new Map(text === "" ? [] : [[refusalTag, text] as const]),
});

const since = (text: string, id: string, at = later) =>
  refusedSince(secretOf([], text).tags, id, at);

describe("since when old credentials are refused", () => {
  const ids = Array.from({ length: 9 }, () => `leaked-${crypto.randomUUID()}`);

  it("is remembered of as many as a secret has labels for, each for itself", () => {
    let text = "";
    for (const id of ids) text = refusalText(secretOf(ids, text), id, now);
    expect(text.length).toBeLessThanOrEqual(256);
    expect(ids.map((id) => since(text, id))).toEqual(ids.map(() => now));
  });

  it("is forgotten where a credential works again, or is not to be retired any more", () => {
    const [one = "", two = "", three = ""] = ids;
    let text = "";
    for (const id of [one, two]) text = refusalText(secretOf([one, two], text), id, now);
    text = refusalText(secretOf([one, two], text), one);
    expect([since(text, one), since(text, two), since(text, three)]).toEqual([
      undefined,
      now,
      undefined,
    ]);
    text = refusalText(secretOf([one, three], text), three, now);
    expect([since(text, two), since(text, three)]).toEqual([undefined, now]);
  });

  it("is nothing that is yet to come, or that a person wrote", () => {
    const [one = ""] = ids;
    const text = refusalText(secretOf([one]), one, later);
    expect([since(text, one), since(text, one, now)]).toEqual([later, undefined]);
    expect(since("what is this", one)).toBeUndefined();
    expect(since(text.replace(/\d+$/, "soon"), one)).toBeUndefined();
  });
});
