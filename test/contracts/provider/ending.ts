import { describe, expect, it } from "vitest";
import type { ServiceTrouble } from "./service.ts";
import { idOf, isAlive, type Trial } from "./trial.ts";

/** The end of keys. */
export function ending({ can, at, newKey, probe, list, remove, disable, refusal }: Trial): void {
  describe.skipIf(!can.disables)("disable", () => {
    it("makes a key unusable, twice, and leaves it and the others there", async () => {
      const [key, other] = [await newKey(), at().handOut("of somebody else")];
      const ids = at().ids();
      await disable(idOf(key));
      await disable(idOf(key));
      expect(await probe(key)).toEqual({ is: "dead" });
      expect(isAlive(await probe(other))).toBe(true);
      expect(at().ids()).toEqual(ids);
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
      const [key, other] = [await newKey(), at().handOut("of somebody else")];
      await remove(idOf(key));
      expect(await probe(key)).toEqual({ is: "dead" });
      expect(isAlive(await probe(other))).toBe(true);
      const ids = at().ids();
      await remove(idOf(key));
      expect(at().ids()).toEqual(ids);
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

    it.each<ServiceTrouble>(["down", "html 200", "html 403", "redirect"])(
      "cannot tell during: %s",
      async (trouble) => {
        const key = await newKey();
        at().begin(trouble);
        expect(await refusal(remove(idOf(key)))).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
        at().end();
        expect(isAlive(await probe(key))).toBe(true);
      },
    );

    it("is refused by name where the admin is", async () => {
      if (can.hasNoAdmin) return;
      const before = at().ids();
      at().setAdmin("refused");
      expect(await refusal(remove(idOf(at().access.current)))).toMatchObject({
        code: "ADMIN_KEY_REFUSED",
      });
      expect(at().ids()).toEqual(before);
    });
  });
}
