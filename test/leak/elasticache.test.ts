import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { missingServer } from "../../lab/servers.ts";
import { AwsError } from "../../standin/aws.ts";
import { sampled } from "../everything.ts";
import { describeNeeding } from "../needing.ts";
import { disturbances } from "./disturbances.ts";
import { Suspect } from "./suspect.ts";

/** In milliseconds. */
const timing = { changeMs: 40, endMs: 20 };

const kinds = [
  {
    what: "a user of ElastiCache",
    more: { aclUser: { service: "elasticache", ...timing }, pace: 20 },
    change: "ModifyUser",
    answers: ["InvalidUserState", "UserNotFound"],
  },
  {
    what: "an AUTH token of ElastiCache",
    // Half a minute is waited for servers that may lag.
    more: { authToken: timing, pace: 100 },
    change: "ModifyReplicationGroup",
    answers: ["InvalidReplicationGroupState", "ReplicationGroupNotFoundFault"],
  },
] as const;

const codes: readonly [string, number][] = [
  ["AccessDenied", 403],
  ["Throttling", 400],
  ["InvalidParameterValue", 400],
  ["InternalFailure", 500],
];

for (const [index, { what: kind, more, change, answers }] of kinds.entries())
  describeNeeding(missingServer("redis"), `${kind}: nothing leaks`, {}, () => {
    let suspect: Suspect;
    beforeAll(async () => {
      suspect = await Suspect.open("redis", "two-passwords", more);
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

    const ways = Object.entries(disturbances).map(([what, disturb], way) => ({
      ...{ what, disturb, way },
    }));
    // Each kind takes a sample of its own.
    it.each(sampled(ways.slice(index), ways.length))(
      "when $what, whichever it is",
      { timeout: 600_000 },
      async ({ what, disturb, way }) => {
        await suspect.disturbEveryCall(disturb, (at) => expectNoLeak(`${what}: ${at}`), way);
      },
    );

    const echoed: readonly [string, number][] = [
      ...codes,
      ...answers.map((code): [string, number] => [code, 400]),
    ];
    it.each(sampled(echoed.slice(index), 4))(
      "when ElastiCache answers %s and echoes the passwords",
      async (code, status) => {
        expect(await suspect.run("createSecret")).toBe(true);
        const before = suspect.failures;
        {
          using _ = suspect.built.world.aws.intercept({
            before({ operation, input }) {
              if (operation === change)
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
