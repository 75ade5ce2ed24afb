import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/redis/binaries.ts";
import { aclPasswords } from "../../../../lib/rotators/acl-users/strategy.ts";
import type { AuthTokenSpec } from "../../../../lib/rotators/elasticache-auth-token/spec.ts";
import { authTokens } from "../../../../lib/rotators/elasticache-auth-token/strategy.ts";
import type { Engine } from "../../../../lib/rotators/login/engine.ts";
import type { Retired } from "../../../../lib/rotators/login/strategy.ts";
import { anyTime, newPassword } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { openTokenFixture, type TokenFixture } from "./fixture.ts";

describeNeeding(whatIsMissing("redis")(), "AUTH tokens: retirement", {}, () => {
  const retiredOn = (
    { engine }: TokenFixture,
    logins: Pick<Retired, "current" | "old">,
  ): Retired => ({
    ...{ engine, ...logins },
    spec: { type: "elasticache-auth-token" } as AuthTokenSpec,
    signal: anyTime(),
    sleep: (ms) => sleep(ms / 100),
    admin: async () => undefined,
    requireUnchanged: async () => {},
  });
  const asked = ({ aws }: TokenFixture) =>
    aws.calls.filter(({ operation }) => operation === "ModifyReplicationGroup");

  it("does not pass where AWSCURRENT is refused, too", async () => {
    await using fixture = await openTokenFixture();
    const [old, stranger] = [await fixture.newUser(), newPassword()];
    const current = { ...old, password: newPassword() };
    await fixture.give(old.username, [stranger]);
    await expect(authTokens.retire(retiredOn(fixture, { current, old }))).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
    });
  });

  it("asks for nothing where the old one is refused by now", async () => {
    await using fixture = await openTokenFixture();
    const old = await fixture.newUser();
    const current = { ...old, password: newPassword() };
    await fixture.give(old.username, [current.password]);
    expect(await authTokens.retire(retiredOn(fixture, { current, old }))).toBeUndefined();
    expect(asked(fixture)).toEqual([]);
  });

  it("spares the token of a rotation beside it, which the server learns late", async () => {
    await using fixture = await openTokenFixture();
    const old = await fixture.newUser();
    const [current, next] = [
      { ...old, password: newPassword() },
      { ...old, password: newPassword() },
    ];
    await fixture.give(old.username, [current.password, next.password]);
    let looks = 0;
    const engine: Engine = {
      ...fixture.engine,
      async login(login, signal) {
        if (login.password.equals(next.password)) looks += 1;
        const isLate = login.password.equals(next.password) && looks < 3;
        return isLate ? "refused" : await fixture.engine.login(login, signal);
      },
    };
    await aclPasswords.retire({ ...retiredOn(fixture, { current, old }), engine, next });
    expect(asked(fixture)).toEqual([]);
  });
});
