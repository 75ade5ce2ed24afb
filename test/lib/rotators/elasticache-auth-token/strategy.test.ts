import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/redis/binaries.ts";
import type { AuthTokenSpec } from "../../../../lib/rotators/elasticache-auth-token/spec.ts";
import { authTokens } from "../../../../lib/rotators/elasticache-auth-token/strategy.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import type { Retired } from "../../../../lib/rotators/login/strategy.ts";
import { anyTime, newPassword } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { openTokenFixture, type TokenFixture } from "./fixture.ts";

describeNeeding(whatIsMissing("redis")(), "AUTH tokens: retirement", {}, () => {
  const retiredOn = (
    { engine }: TokenFixture,
    logins: Pick<Retired, "current" | "old"> & { next?: Login },
  ): Retired => ({
    ...{ engine, ...logins },
    spec: { type: "elasticache-auth-token" } as AuthTokenSpec,
    signal: anyTime(),
    sleep: (ms) => sleep(ms / 100),
    admin: async () => undefined,
    requireUnchanged: async () => {},
  });
  const asked = ({ aws }: TokenFixture) =>
    aws.calls.flatMap(({ operation, input }) =>
      operation === "ModifyReplicationGroup" ? String(input["AuthTokenUpdateStrategy"]) : [],
    );

  it("asks for SET once, and looks again later where it takes minutes", async () => {
    await using fixture = await openTokenFixture({}, { changeMs: 1500, endMs: 1400 });
    const old = await fixture.newUser();
    const current = { ...old, password: newPassword() };
    await fixture.give(old.username, [old.password, current.password]);
    const retired = retiredOn(fixture, { current, old });
    const waiting = {
      waiting: expect.stringContaining("while its status is modifying"),
      refused: false,
    };
    expect(await authTokens.retire(retired)).toEqual(waiting);
    expect(await authTokens.retire(retired)).toEqual(waiting);
    await fixture.caughtUp?.();
    expect(await authTokens.retire(retired)).toBeUndefined();
    expect(await accepts(fixture.engine, old, anyTime())).toBe(false);
    expect(asked(fixture)).toEqual(["SET"]);
  });

  it("does not pass where AWSCURRENT is refused, too", async () => {
    await using fixture = await openTokenFixture();
    const [old, stranger] = [await fixture.newUser(), newPassword()];
    const current = { ...old, password: newPassword() };
    await fixture.give(old.username, [stranger]);
    await expect(authTokens.retire(retiredOn(fixture, { current, old }))).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
    });
  });

  it("keeps the token of a rotation that is under way, which the server learns later than the API says", async () => {
    await using fixture = await openTokenFixture({}, { changeMs: 200, endMs: 60 });
    const old = await fixture.newUser();
    const [current, next] = [newPassword(), newPassword()].map((password) => ({
      ...old,
      password,
    })) as [Login, Login];
    await fixture.give(old.username, [old.password, current.password]);
    await fixture.group().rotate(next.password, anyTime());
    await sleep(100);
    // The server has not ended the old one yet, either.
    expect(await accepts(fixture.engine, old, anyTime())).toBe(true);
    await authTokens.retire(retiredOn(fixture, { current, old, next }));
    await fixture.caughtUp?.();
    expect(await accepts(fixture.engine, next, anyTime())).toBe(true);
  });
});
