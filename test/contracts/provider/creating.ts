import { describe, expect, it } from "vitest";
import { Secret } from "../../../lib/secret/secret.ts";
import type { ServiceTrouble } from "./service.ts";
import { idOf, isAlive, name, type Trial } from "./trial.ts";

/** New keys, and the end that they may bring to the old one. */
export function creating({ can, at, make, probe, list, refusal }: Trial): void {
  describe.skipIf(can.cannotCreate)("create", () => {
    it("makes one key, which is alive, with the rights of the current one", async () => {
      const before = await at().ids();
      const key = await make();
      const made = (await at().ids()).filter((id) => !before.includes(id));
      expect(made).toHaveLength(1);
      const [id = ""] = made;
      expect(isAlive(await probe(key))).toBe(true);
      expect(key.get("secret")?.equals(at().access.current.get("secret") ?? new Secret(""))).toBe(
        false,
      );
      const rights = await at().rightsOf(idOf(at().access.current));
      expect(await at().rightsOf(id)).toMatchObject(rights);
      if (can.names) expect((await at().nameOf(id))?.replaceAll("_", "-")).toBe(name);
      if (can.lists) expect((await list()).find((each) => each.id === idOf(key))?.name).toBe(name);
    });

    it.skipIf(!can.lists).each(["lost reply", "lost form"] as const)(
      "leaves a key that is found by its name: %s",
      async (trouble) => {
        const before = (await list()).length;
        at().begin(trouble);
        const error = await refusal(make());
        expect(error).toMatchObject({ code: "PROVIDER_UNAVAILABLE", retryable: true });
        at().end();
        const found = (await list()).filter((each) => each.name === name);
        expect(await list()).toHaveLength(before + 1);
        expect(found).toHaveLength(1);
        const [entry] = found;
        if (!can.reveals || !entry) return;
        const key = await at().provider.reveal?.(entry, at().access);
        expect(key && isAlive(await probe(key))).toBe(true);
      },
    );

    it.each<ServiceTrouble>(["down", "html 200", "html 403", "error inside", "redirect"])(
      "cannot tell during: %s",
      async (trouble) => {
        const before = await at().ids();
        at().begin(trouble);
        expect(await refusal(make())).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
        expect(await at().ids()).toEqual(before);
      },
    );

    it("waits as it is told, and gives up where that is too long", async () => {
      at().begin("busy once");
      const before = at().slept();
      expect(isAlive(await probe(await make()))).toBe(true);
      if (!can.waitUntold) expect(at().slept() - before).toBeGreaterThanOrEqual(2000);
      const ids = await at().ids();
      at().begin("busy");
      expect(await refusal(make())).toMatchObject({ code: "PROVIDER_BUSY", retryable: true });
      expect(await at().ids()).toEqual(ids);
    });

    it.each(["refused", "forbidden"] as const)(
      "is refused by name: the admin is %s",
      async (is) => {
        if (can.hasNoAdmin) return;
        const before = await at().ids();
        at().setAdmin(is);
        expect(await refusal(make())).toMatchObject({
          code: "ADMIN_KEY_REFUSED",
          retryable: false,
        });
        expect(await at().ids()).toEqual(before);
      },
    );

    it.skipIf(!can.tellsLimit)(
      "frees nothing where there is no room, and lists what is there",
      async () => {
        const { maxKeys = 0 } = at().provider.traits;
        while ((await at().ids()).length < maxKeys) await at().handOut("of somebody else");
        const before = await at().ids();
        const error = await refusal(make());
        expect(error).toMatchObject({ code: "KEYS_FULL", retryable: false });
        expect(error.message).toContain("of somebody else");
        expect(await at().ids()).toEqual(before);
      },
    );

    it("stops at the signal", async () => {
      at().begin("silence");
      const start = performance.now();
      const error = await refusal(make({ signal: AbortSignal.timeout(100) }));
      expect(error).toMatchObject({ code: "DEADLINE", retryable: true });
      expect(performance.now() - start).toBeLessThan(3000);
    });
  });

  describe.skipIf(!can.replaces)("the end of the old key", () => {
    it("comes by itself, after the grace, and at once where it leaked", async () => {
      const old = at().access.current;
      const grace = at().provider.traits.endsOldAfter ?? 0;
      const key = await make();
      expect(isAlive(await probe(old))).toBe(true);
      at().wait(grace);
      expect(await probe(old)).toEqual({ is: "dead" });
      const next = await make({ leaked: true });
      at().wait(1000);
      expect(await probe(key)).toEqual({ is: "dead" });
      expect(isAlive(await probe(next))).toBe(true);
    });
  });
}
