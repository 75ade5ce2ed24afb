/** @module-tag ci */
import { afterAll, beforeAll, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/mariadb/binaries.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { describeNeeding } from "../../../needing.ts";
import { type MariadbPairFixture, openPairFixture } from "./pairs/fixture.ts";
import { openScene } from "./pairs/scene.ts";

describeNeeding(whatIsMissing(), "a pair on a server of MariaDB that checks passwords", {}, () => {
  let fixture: MariadbPairFixture;
  beforeAll(async () => {
    fixture = await openPairFixture({
      options: [
        "--plugin-load-add=simple_password_check",
        "--plugin-load-add=password_reuse_check",
      ],
    });
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  it("is refused before anything is changed, because the server takes no hash", async () => {
    const { all, check, clone } = await openScene(fixture);
    const rejected = {
      code: "PASSWORD_REJECTED",
      message: expect.stringContaining("strict_password_validation"),
    };
    await expect(check()).rejects.toMatchObject(rejected);
    await expect(all.align(clone)).rejects.toMatchObject(rejected);
    expect(await fixture.stored(clone)).toBeUndefined();
  });

  it("takes turns with passwordForm plaintext, and no user that is out has a way in", async () => {
    const { all, owner, clone, definition } = await openScene(fixture);
    const as: Login = { ...all.admin, passwordForm: "plaintext" };
    const first = await all.align(clone, { as });
    await all.requireActsAs(first, all.owner);
    await all.disable(owner, as);
    expect(await all.accepts(all.owner)).toBe(false);
    expect(await definition(owner)).toEqual([
      expect.stringContaining("IDENTIFIED VIA unix_socket ACCOUNT LOCK"),
    ]);
    const second = await all.align(owner, { as });
    await all.requireActsAs(second, first);
    await all.disable(clone, as);
    expect([await all.accepts(first), await all.accepts(second)]).toEqual([false, true]);
  });

  it("is refused on a replica, before anything is changed", async () => {
    const { all, check, clone, query } = await openScene(fixture);
    await query("SET GLOBAL read_only = ON");
    try {
      const readOnly = { code: "READ_ONLY_SERVER", retryable: false };
      await expect(check()).rejects.toMatchObject(readOnly);
      await expect(all.align(clone)).rejects.toMatchObject(readOnly);
      await expect(all.disable(all.pair.owner)).rejects.toMatchObject(readOnly);
    } finally {
      await query("SET GLOBAL read_only = OFF");
    }
    expect(await all.accepts(all.owner)).toBe(true);
  });

  it("tells a policy that the new password does not satisfy", async () => {
    const { all, clone, query } = await openScene(fixture);
    await query("SET GLOBAL simple_password_check_minimal_length = 200");
    const as: Login = { ...all.admin, passwordForm: "plaintext" };
    await expect(all.align(clone, { as })).rejects.toMatchObject({
      code: "PASSWORD_REJECTED",
      message: expect.stringContaining("error 1819"),
    });
    await query("SET GLOBAL simple_password_check_minimal_length = 8");
    expect(await all.accepts(await all.align(clone, { as }))).toBe(true);
  });
});
