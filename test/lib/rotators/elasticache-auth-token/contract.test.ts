import { afterAll, beforeAll } from "vitest";
import { whatIsMissing } from "../../../../lab/redis/binaries.ts";
import { secondPasswordContract } from "../../../contracts/second-password.ts";
import { everything } from "../../../everything.ts";
import { describeNeeding } from "../../../needing.ts";
import { openTokenFixture, type TokenFixture } from "./fixture.ts";

/** The documentation can be read in both ways (docs/types/elasticache-auth-token.md, Limits). */
const readings = ["newest", "any"] as const;

for (const setTakes of everything ? readings : readings.slice(0, 1))
  describeNeeding(whatIsMissing("redis")(), `AUTH tokens, SET takes ${setTakes}`, {}, () => {
    let fixture: TokenFixture;
    beforeAll(async () => {
      fixture = await openTokenFixture({ setTakes });
    });
    afterAll(() => fixture?.[Symbol.asyncDispose]());

    secondPasswordContract(
      `elasticache-auth-token, SET takes ${setTakes}`,
      {
        login: (login, signal) => fixture.engine.login(login, signal),
        approach: (login, signal) => fixture.engine.approach(login, signal),
      },
      () => fixture,
      {
        byUser: "alone",
        tells: [],
        ends: [],
        texts: [
          ["every sign that AWS takes", "aA1-aA1-aA1-aA1-!&#$^<>"],
          ["128 characters", "Ab3-".repeat(32)],
        ],
      },
    );
  });
