import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { missingServer } from "../../lab/servers.ts";
import { AwsError } from "../../standin/aws.ts";
import { sampled } from "../everything.ts";
import { describeNeeding } from "../needing.ts";
import { disturbances } from "./disturbances.ts";
import { Suspect } from "./suspect.ts";

/** In milliseconds. */
const aclUser = { service: "elasticache", changeMs: 40, endMs: 20 } as const;

describeNeeding(missingServer("redis"), "a user of ElastiCache: nothing leaks", {}, () => {
  let suspect: Suspect;
  beforeAll(async () => {
    suspect = await Suspect.open("redis", "two-passwords", { aclUser, pace: 20 });
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
  it.each(sampled(ways, 5))("when $what, whichever it is", { timeout: 600_000 }, async (each) => {
    const { what, disturb, way } = each;
    await suspect.disturbEveryCall(disturb, (at) => expectNoLeak(`${what}: ${at}`), way);
  });

  const codes: readonly [string, number][] = [
    ["AccessDenied", 403],
    ["Throttling", 400],
    ["InvalidUserState", 400],
    ["InvalidParameterValue", 400],
    ["UserNotFound", 404],
    ["InternalFailure", 500],
  ];
  it.each(sampled(codes, 3))(
    "when ElastiCache answers %s and echoes the passwords",
    async (code, status) => {
      expect(await suspect.run("createSecret")).toBe(true);
      const before = suspect.failures;
      {
        using _ = suspect.built.world.aws.intercept({
          before({ operation, input }) {
            if (operation === "ModifyUser")
              throw new AwsError(code, `Bad input: ${JSON.stringify(input)}`, status);
          },
        });
        await suspect.run("setSecret");
      }
      expect(suspect.failures).toBe(before + 1);
      await expectNoLeak(code);
    },
  );
});
