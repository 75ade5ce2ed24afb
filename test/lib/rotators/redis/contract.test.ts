import { afterAll, beforeAll } from "vitest";
import { flavour, whatIsMissing } from "../../../../lab/redis/binaries.ts";
import { redis } from "../../../../lib/rotators/redis/redis.ts";
import { redisTraits } from "../../../../lib/rotators/redis/traits.ts";
import { engineContract, hostileTexts } from "../../../contracts/engine.ts";
import { secondPasswordContract } from "../../../contracts/second-password.ts";
import { sampled } from "../../../everything.ts";
import { describeNeeding } from "../../../needing.ts";
import { openRedisFixture, type RedisFixture } from "./fixture.ts";

/** The server refuses names with spaces. */
const names = hostileTexts.filter(([, text]) => !/\s/.test(text));

for (const name of sampled(["redis", "valkey"] as const, 2))
  describeNeeding(whatIsMissing(name)(), "on a real server", {}, () => {
    const open = () => openRedisFixture({ flavour: name });
    const { title } = flavour(name);
    engineContract(title, redis, redisTraits, open, names);

    let fixture: RedisFixture;
    beforeAll(async () => {
      fixture = await open();
    });
    afterAll(() => fixture?.[Symbol.asyncDispose]());
    secondPasswordContract(title, redis, () => fixture, {
      byUser: true,
      missing: /ACL SETUSER \S+ \+acl\|setuser/,
      tells: ["user", "administrator"],
    });
  });
