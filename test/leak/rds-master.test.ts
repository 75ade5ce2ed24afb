/** @module-tag ci */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AwsError } from "../../standin/aws.ts";
import { disturbances } from "./disturbances.ts";
import { Suspect } from "./suspect.ts";

/** In milliseconds. */
const timing = { beginMs: 20, changeMs: 60, endMs: 120 };

describe("the master user of an RDS instance: nothing leaks", () => {
  let suspect: Suspect;
  beforeAll(async () => {
    suspect = await Suspect.open("postgres", "in-place", { master: timing, pace: 20 });
  });
  afterAll(() => suspect?.[Symbol.asyncDispose]());
  beforeEach(() => suspect.fresh());

  const expectNoLeak = async (what: string) =>
    expect(await suspect.places.search(), what).toEqual([]);

  it("when nothing fails", async () => {
    const before = suspect.places.canaries.size;
    expect(await suspect.rotate()).toBe(true);
    await expectNoLeak("a rotation");
    // The token and the password.
    expect(suspect.places.canaries.size).toBeGreaterThanOrEqual(before + 2);
  });

  const ways = Object.entries(disturbances).map(([what, disturb], way) => ({ what, disturb, way }));
  it.each(ways)("when $what, whichever it is", async ({ what, disturb, way }) => {
    await suspect.disturbEveryCall(disturb, (at) => expectNoLeak(`${what}: ${at}`), way);
  });

  it.each([
    ["AccessDenied", 403],
    ["Throttling", 400],
    ["InvalidParameterValue", 400],
    ["InvalidDBInstanceState", 400],
    ["KMSKeyNotAccessibleFault", 400],
    ["InternalFailure", 500],
  ])("when RDS answers %s and echoes the password", async (code, status) => {
    for (const step of ["createSecret", "setSecret", "testSecret"] as const)
      expect(await suspect.run(step)).toBe(true);
    const before = suspect.failures;
    {
      using _ = suspect.built.world.aws.intercept({
        before({ operation, input }) {
          if (operation === "ModifyDBInstance")
            throw new AwsError(code, `Bad input: ${JSON.stringify(input)}`, status);
        },
      });
      await suspect.run("finishSecret");
    }
    expect(suspect.failures).toBe(before + 1);
    await expectNoLeak(code);
  });
});
