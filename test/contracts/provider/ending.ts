import { describe, expect, it } from "vitest";
import type { ServiceTrouble } from "./service.ts";
import { idOf, isAlive, type Trial } from "./trial.ts";

/** To a change, whose answer need not have a form of its own. */
const noAnswers: readonly ServiceTrouble[] = ["down", "html 200", "html 403", "redirect"];

/** The end of keys. */
export function ending(trial: Trial): void {
  const { can, at, newKey, probe, list, remove, disable, endSessions, refusal } = trial;
  /** A key of somebody else; the first one, which somebody made by hand, where there is no room for another. */
  const foreignKey = async () => {
    const { maxKeys = Number.POSITIVE_INFINITY } = at().provider.traits;
    const isFull = (await at().ids()).length >= maxKeys;
    return isFull ? at().access.current : at().handOut("of somebody else");
  };

  describe.skipIf(!can.disables)("disable", () => {
    it("makes a key unusable, twice, and leaves it and the others there", async () => {
      const [key, other] = [await newKey(), await foreignKey()];
      const ids = await at().ids();
      await disable(idOf(key));
      await disable(idOf(key));
      expect(await probe(key)).toEqual({ is: "dead" });
      expect(isAlive(await probe(other))).toBe(true);
      expect(await at().ids()).toEqual(ids);
      if (!can.lists) return;
      const listed = await list();
      expect(listed.find(({ id }) => id === idOf(key))?.isDisabled).toBe(true);
      expect(listed.find(({ id }) => id === idOf(other))?.isDisabled).toBe(false);
    });

    it("needs no key that exists", async () => {
      const key = await newKey();
      if (can.removes) await remove(idOf(key));
      await disable(idOf(key));
      expect(await probe(key)).toEqual({ is: "dead" });
    });

    it.each(noAnswers)("cannot tell during: %s", async (trouble) => {
      at().begin(trouble);
      const disabling = disable(idOf(at().access.current));
      expect(await refusal(disabling)).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
      at().end();
      expect(isAlive(await probe(at().access.current))).toBe(true);
    });

    it("is refused by name where the admin is", async () => {
      if (can.hasNoAdmin) return;
      at().setAdmin("refused");
      expect(await refusal(disable(idOf(at().access.current)))).toMatchObject({
        code: "ADMIN_KEY_REFUSED",
      });
      at().setAdmin("works");
      expect(isAlive(await probe(at().access.current))).toBe(true);
    });
  });

  describe.skipIf(!can.removes)("remove", () => {
    it("deletes one key, twice, and no other", async () => {
      const [key, other] = [await newKey(), await foreignKey()];
      await remove(idOf(key));
      expect(await probe(key)).toEqual({ is: "dead" });
      expect(isAlive(await probe(other))).toBe(true);
      const ids = await at().ids();
      await remove(idOf(key));
      expect(await at().ids()).toEqual(ids);
      expect(ids).toContain(idOf(at().access.current));
    });

    it.skipIf(!can.disables)("deletes a key that is disabled", async () => {
      const key = await newKey();
      await disable(idOf(key));
      await remove(idOf(key));
      expect(await probe(key)).toEqual({ is: "dead" });
      if (can.lists) expect((await list()).map(({ id }) => id)).not.toContain(idOf(key));
    });

    it("succeeds again when its reply was lost", async () => {
      const key = await newKey();
      at().begin("lost reply");
      expect(await refusal(remove(idOf(key)))).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
      at().end();
      await remove(idOf(key));
      expect(await probe(key)).toEqual({ is: "dead" });
    });

    it.each(noAnswers)("cannot tell during: %s", async (trouble) => {
      const key = await newKey();
      at().begin(trouble);
      expect(await refusal(remove(idOf(key)))).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
      at().end();
      expect(isAlive(await probe(key))).toBe(true);
    });

    it("is refused by name where the admin is", async () => {
      if (can.hasNoAdmin) return;
      const before = await at().ids();
      at().setAdmin("refused");
      expect(await refusal(remove(idOf(at().access.current)))).toMatchObject({
        code: "ADMIN_KEY_REFUSED",
      });
      expect(await at().ids()).toEqual(before);
    });
  });

  describe.skipIf(!can.endsSessions)("endSessions", () => {
    it("ends no key, twice", async () => {
      const { current } = at().access;
      const key = await newKey();
      await endSessions(idOf(current));
      await endSessions(idOf(current));
      for (const each of [current, key]) expect(isAlive(await probe(each))).toBe(true);
    });

    it.each(noAnswers)("cannot tell during: %s", async (trouble) => {
      at().begin(trouble);
      const ending = endSessions(idOf(at().access.current));
      expect(await refusal(ending)).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    });

    it("is refused by name where the admin is", async () => {
      at().setAdmin("refused");
      const ending = endSessions(idOf(at().access.current));
      expect(await refusal(ending)).toMatchObject({ code: "ADMIN_KEY_REFUSED" });
    });
  });
}
