/** @module-tag ci */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mixed } from "../../lab/mixed-secret.ts";
import { disturbances } from "./disturbances.ts";
import { Suspect } from "./suspect.ts";

describe("a secret with two logins, one in a URL, and a signing key leaks nothing", () => {
  let suspect: Suspect;
  beforeAll(async () => {
    suspect = await Suspect.open("postgres", "alternating-users", { beside: mixed });
  });
  afterAll(() => suspect?.[Symbol.asyncDispose]());
  beforeEach(() => suspect.fresh());

  const expectNoLeak = async (what: string) =>
    expect(await suspect.places.search(), what).toEqual([]);

  it("when nothing fails", async () => {
    const before = suspect.places.canaries.size;
    expect(await suspect.rotate()).toBe(true);
    await expectNoLeak("a rotation");
    // The token, both passwords, the key; the key before is known.
    expect(suspect.places.canaries.size).toBeGreaterThanOrEqual(before + 3);
  });

  const ways = Object.entries(disturbances).map(([what, disturb], way) => ({ what, disturb, way }));
  it.each(ways)("when $what, whichever it is", async ({ what, disturb, way }) => {
    await suspect.disturbEveryCall(disturb, (at) => expectNoLeak(`${what}: ${at}`), way);
  });

  it.each<[string, (canary: string) => object]>([
    ["where the key before is kept", (jwt_previous) => ({ jwt_previous })],
    ["for a URL", (REPORTS_URL) => ({ REPORTS_URL })],
    ["for an object", (canary) => ({ jwt_secret: [canary] })],
    ["as the host of a URL", (canary) => ({ REPORTS_URL: `postgresql://a:b@${canary}/x` })],
  ])("when a value stands %s", async (what, change) => {
    const current = await suspect.built.world.secret();
    await suspect.put({ ...current, ...change(suspect.newCanary(`in a bad document`)) });
    const before = suspect.failures;
    await suspect.run("createSecret");
    expect(suspect.failures, what).toBe(before + 1);
    await expectNoLeak(what);
    await suspect.put(current);
  });
});
