import { afterAll, beforeAll, expect, it } from "vitest";
import { postgres } from "../../../../lib/rotators/postgres/postgres.ts";
import { postgresTraits } from "../../../../lib/rotators/postgres/traits.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { pairContract } from "../../../contracts/pair.ts";
import { alignmentTests } from "./pairs/alignment.ts";
import { carryingTests } from "./pairs/carrying.ts";
import { openPairFixture, type PostgresPairFixture } from "./pairs/fixture.ts";
import { hostileTests } from "./pairs/hostile.ts";
import { insideTests } from "./pairs/inside.ts";
import { privilegeTests } from "./pairs/privileges.ts";
import { sharedRoleTests } from "./pairs/shared-role.ts";
import { standingInTests } from "./pairs/standing-in.ts";
import { onMajorVersions } from "./versions.ts";

onMajorVersions((server, major) => {
  let fixture: PostgresPairFixture;
  beforeAll(async () => {
    fixture = await openPairFixture(server(), major);
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  it("is the version that it should be", async () => {
    const [{ server_version: version } = {}] = await fixture.query("SHOW server_version");
    expect(String(version).split(".")[0]).toBe(String(major));
  });

  it("changes a user's own password, as in-place does", async () => {
    const login = await fixture.newUser();
    const password = newPassword();
    {
      await using session = await sessionOf(postgres, login);
      expect(await session.lock(login.username, anyTime())).toBe(false);
      await session.rehearsePassword(login.username, anyTime());
      await session.setPassword(login.username, password, anyTime());
    }
    expect(await postgres.login(login, anyTime())).toBe("refused");
    await using _ = await sessionOf(postgres, { ...login, password });
  });

  pairContract(postgres, postgresTraits, () => fixture);
  alignmentTests(() => fixture);
  carryingTests(() => fixture, major);
  sharedRoleTests(() => fixture);
  standingInTests(() => fixture, major);
  insideTests(() => fixture, major);
  privilegeTests(() => fixture, major);
  hostileTests(() => fixture);
});
