import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sampled } from "../everything.ts";
import { formsOf } from "./canaries.ts";
import type { Disturbance } from "./disturbances.ts";
import type { KeySuspect } from "./key-suspect.ts";
import { places } from "./places.ts";

export type DisturbKeys = (suspect: KeySuspect, at: number) => Disturbance;

/** More calls than any rotation makes. */
const endless = 200;

/** Nothing that the functions see of a key leaves its place, whatever fails. */
export function keyLeakSuite(
  title: string,
  open: () => Promise<KeySuspect>,
  disturbances: Readonly<Record<string, DisturbKeys>>,
): void {
  describe(`${title}: nothing leaks`, { timeout: 600_000 }, () => {
    let suspect: KeySuspect;
    beforeAll(async () => {
      suspect = await open();
    });
    afterAll(() => suspect?.[Symbol.asyncDispose]());
    beforeEach(() => suspect.begin());

    let found = 0;
    const expectNoLeak = async (what: string) => {
      const leaks = await suspect.search();
      found += leaks.length;
      expect(leaks, what).toEqual([]);
    };

    it("when nothing fails", async () => {
      const before = suspect.places.canaries.size;
      expect(await suspect.rotate()).toBe(true);
      await expectNoLeak("a rotation");
      // The token, the old key, the new one.
      expect(suspect.places.canaries.size).toBeGreaterThanOrEqual(before + 3);
    });

    const ways = Object.entries(disturbances).map(
      ([what, disturb], way) => [what, disturb, way] as const,
    );
    it.each(sampled(ways, 4))("when %s, at whichever call", async (what, disturb, way) => {
      // Each way begins at another call, so that all ways together meet every call.
      const stride = 6;
      for (let at = 1 + (way % stride); at < endless; at += stride) {
        await suspect.begin();
        using disturbance = disturb(suspect, at);
        const succeeded = await suspect.rotate();
        await expectNoLeak(`${what}: ${at}`);
        if (!disturbance.hit && succeeded) return;
      }
      throw new Error("The disturbance never came to the end of a rotation.");
    });

    it("when the event is none of ours, and when a leaked key is replaced", async () => {
      await suspect.invoke({ Step: "setSecret", SecretId: [suspect.token], ClientRequestToken: 1 });
      await suspect.begin(true);
      expect(await suspect.rotate()).toBe(true);
      await expectNoLeak("leaked");
    });

    it("and every place was looked into", () => {
      const characters = Object.fromEntries(suspect.places.searched);
      for (const place of places.filter((each) => each !== "strangers" && each !== "server log"))
        expect(characters[place], place).toBeGreaterThan(0);
      expect(suspect.failures).toBeGreaterThan(5);
      const { failures } = suspect;
      const canaries = suspect.places.canaries.size;
      const figures = { key: title, failures, canaries, forms: formsOf("").length, found };
      console.log(JSON.stringify({ ...figures, charactersSearched: characters }));
    });
  });
}
