import { describe, expect, it } from "vitest";
import type { KeyParts } from "../../../lib/rotators/key/provider.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import type { ServiceTrouble } from "./service.ts";
import { idOf, name, type Trial } from "./trial.ts";

/** To a question. */
const noAnswers: readonly ServiceTrouble[] = [
  ...(["down", "html 200", "html 403", "another form", "error inside", "redirect"] as const),
];

/** What a provider tells of keys that exist. */
export function telling({ can, at, make, newKey, list, refusal }: Trial): void {
  const factsOf = async (key: KeyParts) => at().provider.facts?.(key, at().access);

  describe.skipIf(!can.lists)("list", () => {
    it("has every key on every page, once", async () => {
      const { maxKeys = Number.POSITIVE_INFINITY } = at().provider.traits;
      const wanted = can.pageOf ? can.pageOf * 2 + 3 : Math.min(4, maxKeys);
      const more = wanted - (await at().ids()).length;
      for (let number = 0; number < more; number += 1) await at().handOut(`by hand ${number}`);
      const listed = await list();
      const listedIds = listed.map(({ id }) => id);
      expect((await at().ids()).filter((id) => !listedIds.includes(id))).toEqual([]);
      expect(new Set(listedIds).size).toBe(listed.length);
      expect(listed.map((entry) => entry.name)).toContain("by hand 0");
    });

    it.skipIf(!can.tellsLastUse)("tells when a key was last used", async () => {
      const key = await at().handOut("unused");
      const entry = async () => (await list()).find(({ id }) => id === idOf(key));
      expect((await entry())?.lastUsedAt).toBe(null);
      at().wait(10_000);
      await at().use(key);
      const { lastUsedAt, createdAt } = (await entry()) ?? {};
      expect(Number(lastUsedAt)).toBeGreaterThan(Number(createdAt));
    });

    it.each(noAnswers)("cannot tell during: %s", async (trouble) => {
      at().begin(trouble);
      expect(await refusal(list())).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    });

    it("is refused by name where the admin is", async () => {
      if (can.hasNoAdmin) return;
      at().setAdmin("refused");
      expect(await refusal(list())).toMatchObject({ code: "ADMIN_KEY_REFUSED" });
    });
  });

  describe.skipIf(!can.reveals)("reveal", () => {
    it("gives the values of a key that exists", async () => {
      const key = await make();
      const entry = (await list()).find((each) => each.name === name);
      const shown = entry && (await at().provider.reveal?.(entry, at().access));
      expect(shown?.get("secret")?.equals(key.get("secret") ?? new Secret(""))).toBe(true);
      expect(shown && idOf(shown)).toBe(idOf(key));
    });
  });

  describe.skipIf(!can.identifies)("identify", () => {
    it("knows a key by itself, as the list calls it", async () => {
      const key = await at().handOut("found again");
      const held = new Map([...key].filter(([part]) => part !== "id"));
      const id = await at().provider.identify?.(held, at().access);
      expect(id).toBe(
        can.lists ? (await list()).find((e) => e.name === "found again")?.id : idOf(key),
      );
    });
  });

  describe.skipIf(!can.tellsAccount && !can.tellsRights)("facts", () => {
    it.each(noAnswers)("are none during: %s", async (trouble) => {
      at().begin(trouble);
      const facts = await factsOf(at().access.current).catch(async (thrown: unknown) => {
        const error = await refusal(Promise.reject(thrown));
        expect(error).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
      });
      expect([facts?.account, facts?.rights]).toEqual([undefined, undefined]);
    });

    it("are those of the current key, and of another account's are not", async () => {
      const current = await factsOf(at().access.current);
      expect(current?.account !== undefined).toBe(Boolean(can.tellsAccount));
      expect(current?.rights !== undefined).toBe(Boolean(can.tellsRights));
      expect(await factsOf(await newKey())).toEqual(current);
      if (!can.tellsAccount) return;
      at().moveTo("another");
      expect((await factsOf(await at().handOut("elsewhere")))?.account).not.toBe(current?.account);
    });
  });
}
