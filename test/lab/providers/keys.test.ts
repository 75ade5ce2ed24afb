import { describe, expect, it } from "vitest";
import { KeyRing } from "../../../lab/providers/keys.ts";

const minted = (id: string) => ({ id, credential: `secret of ${id}`, values: {} });

function ring() {
  const clock = { time: 1000 };
  const keys = new KeyRing(() => clock.time);
  return { clock, keys, accepts: (id: string) => keys.accept(`secret of ${id}`) !== undefined };
}

describe("the keys of a provider", () => {
  it("are accepted at once, and refused when they are disabled or deleted", () => {
    const { keys, accepts } = ring();
    const key = keys.add(minted("a"), "one");
    expect(accepts("a")).toBe(true);
    keys.setDisabled(key, true);
    expect(accepts("a")).toBe(false);
    keys.setDisabled(key, false);
    expect(accepts("a")).toBe(true);
    keys.remove(key);
    expect([accepts("a"), accepts("b"), keys.all.length, keys.ever.length]).toEqual([
      false,
      false,
      0,
      1,
    ]);
  });

  it("begin and end late", () => {
    const { clock, keys, accepts } = ring();
    Object.assign(keys.knobs, { activationDelay: 50, revocationDelay: 100 });
    const key = keys.add(minted("a"), "one");
    expect(accepts("a")).toBe(false);
    clock.time += 50;
    expect(accepts("a")).toBe(true);
    keys.remove(key);
    clock.time += 99;
    expect(accepts("a")).toBe(true);
    clock.time += 1;
    expect(accepts("a")).toBe(false);
  });

  it("flicker until then", () => {
    const { clock, keys, accepts } = ring();
    Object.assign(keys.knobs, { revocationDelay: 100, flickers: true });
    keys.remove(keys.add(minted("a"), "one"));
    expect([accepts("a"), accepts("a"), accepts("a")]).toEqual([true, false, true]);
    clock.time += 100;
    expect([accepts("a"), accepts("a")]).toEqual([false, false]);
  });

  it("end at a time that was set before", () => {
    const { clock, keys, accepts } = ring();
    Object.assign(keys.knobs, { revocationDelay: 100, flickers: true });
    keys.endAfter(keys.add(minted("a"), "one"), 3000);
    expect([accepts("a"), accepts("a"), keys.all]).toEqual([true, true, []]);
    clock.time += 3000;
    expect([accepts("a"), accepts("a")]).toEqual([true, false]);
    clock.time += 100;
    expect([accepts("a"), accepts("a")]).toEqual([false, false]);
  });

  it("know when they were used, and when there is no room", () => {
    const { clock, keys, accepts } = ring();
    keys.knobs.maxKeys = 1;
    expect(keys.isFull).toBe(false);
    const key = keys.add(minted("a"), "one");
    expect([keys.isFull, key.lastUsedAt]).toEqual([true, undefined]);
    clock.time += 7;
    accepts("a");
    expect(key.lastUsedAt).toBe(1007);
  });
});
