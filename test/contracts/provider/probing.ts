import { describe, expect, it } from "vitest";
import type { ServiceTrouble } from "./service.ts";
import { idOf, isAlive, outcomeOf, type Trial } from "./trial.ts";

/** What a provider offers, and what it says of keys. */
export function probing({ can, at, newKey, probe, remove }: Trial): void {
  describe("what it offers", () => {
    it("is what its abilities say", () => {
      const { provider } = at();
      expect({
        cannotCreate: !provider.create,
        lists: Boolean(provider.list),
        reveals: Boolean(provider.reveal),
        identifies: Boolean(provider.identify),
        disables: Boolean(provider.disable),
        removes: Boolean(provider.remove),
        endsSessions: Boolean(provider.endSessions),
        tellsFacts: Boolean(provider.facts),
        tellsLastUse: provider.traits.lastUseLag !== undefined,
        tellsLimit: provider.traits.maxKeys !== undefined,
        replaces: provider.traits.endsOldAfter !== undefined,
      }).toEqual({
        cannotCreate: Boolean(can.cannotCreate),
        lists: Boolean(can.lists),
        reveals: Boolean(can.reveals),
        identifies: Boolean(can.identifies),
        disables: Boolean(can.disables),
        removes: Boolean(can.removes),
        endsSessions: Boolean(can.endsSessions),
        tellsFacts: Boolean(can.tellsAccount || can.tellsRights),
        tellsLastUse: Boolean(can.tellsLastUse),
        tellsLimit: Boolean(can.tellsLimit),
        replaces: Boolean(can.replaces),
      });
    });

    it("takes names of 40 characters, and asks for steady answers", () => {
      const { nameLength, alive, dead } = at().provider.traits;
      expect(nameLength).toBeGreaterThanOrEqual(40);
      expect(alive.times).toBeGreaterThan(0);
      expect(alive.within).toBeGreaterThan(0);
      expect(dead.times * dead.every + dead.within).toBeGreaterThan(0);
    });
  });

  describe("probe", () => {
    it("says alive of a key in use", async () => {
      expect(isAlive(await probe(at().access.current))).toBe(true);
    });

    it("says dead of a key that nobody knows", async () => {
      expect(await probe(at().unknown())).toEqual({ is: "dead" });
    });

    it.each<ServiceTrouble>([
      ...(["down", "html 200", "html 403", "another form", "error inside"] as const),
      ...(["redirect", "busy"] as const),
    ])("never says dead or alive during: %s", async (trouble) => {
      at().begin(trouble);
      for (const key of [at().access.current, at().unknown()])
        expect((await outcomeOf(probe(key))).is).toMatch(/^(unknown|wait)$/);
    });

    it.skipIf(can.probesAsAdmin)(
      "shows when a new key works, and when an old one ends",
      async () => {
        at().setDelays({ activation: 30_000, revocation: 60_000 });
        const key = await newKey();
        expect(isAlive(await probe(key))).toBe(false);
        at().wait(30_000);
        expect(isAlive(await probe(key))).toBe(true);
        if (!can.removes) return;
        await remove(idOf(key));
        expect(isAlive(await probe(key))).toBe(true);
        at().wait(60_000);
        expect(await probe(key)).toEqual({ is: "dead" });
      },
    );

    it.skipIf(can.probesAsAdmin)("answers each time anew while the answers flicker", async () => {
      at().setDelays({ activation: 30_000, flickers: true });
      const key = await newKey();
      const first = [await probe(key), await probe(key), await probe(key)].map(isAlive);
      expect(first).toEqual([false, true, false]);
    });
  });
}
