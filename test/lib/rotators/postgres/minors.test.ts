import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresServer, startPostgres } from "../../../../lab/postgres/server.ts";
import { isInstalled } from "../../../../lab/postgres/versions.ts";
import { alternatingUsers } from "../../../../lib/rotators/login/alternating-users.ts";
import type { Login, LoginSpec } from "../../../../lib/rotators/login/login.ts";
import { lostRoleSetting } from "../../../../lib/rotators/postgres/minors.ts";
import { postgres } from "../../../../lib/rotators/postgres/postgres.ts";
import { anyTime, newPassword } from "../../../contracts/engine.ts";
import { Cast } from "../../../contracts/pair.ts";
import { cannotRun } from "../../../needing.ts";
import { literal, openPairFixture, type PostgresPairFixture, quote } from "./pairs/fixture.ts";

describe("a role setting", () => {
  it.each([
    [120020, "at DISCARD ALL", "12.22"],
    [120021, "at login", "12.22"],
    [130017, "at login", "13.18"],
    [140011, "at DISCARD ALL", "14.15"],
    [140014, "at login", "14.15"],
    [150008, "at DISCARD ALL", "15.10"],
    [150009, "at login", "15.10"],
    [160004, "at DISCARD ALL", "16.6"],
    [160005, "at login", "16.6"],
    [170000, "at DISCARD ALL", "17.2"],
    [170001, "at login", "17.2"],
    [110022, "at DISCARD ALL", undefined],
  ])("is lost on %i %s, and kept from %s on", (version, when, keptFrom) => {
    expect(lostRoleSetting(version)).toEqual({
      when: expect.stringMatching(new RegExp(`^${when}`)),
      keptFrom,
    });
  });

  it.each([120022, 130018, 140015, 140023, 150010, 160006, 170002, 180000, 190001])(
    "is kept on %i",
    (version) => expect(lostRoleSetting(version)).toBeUndefined(),
  );
});

describe.each([
  { older: "16.4", atLogin: "owner", afterDiscard: "clone" },
  { older: "17.1", atLogin: "clone", afterDiscard: "clone" },
] as const)("PostgreSQL $older", ({ older, atLogin, afterDiscard }) => {
  if (!isInstalled(older)) {
    cannotRun(`PostgreSQL ${older} is not installed; run \`npm run servers\``);
    return;
  }
  let server: PostgresServer;
  let fixture: PostgresPairFixture;
  beforeAll(async () => {
    server = await startPostgres({ older });
    fixture = await openPairFixture(server, 16);
  });
  afterAll(async () => {
    await fixture?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  /** As a release of Quarterturn made it that did not look at the version. */
  async function withClone(): Promise<{ all: Cast; clone: Login }> {
    const all = await Cast.on(postgres, fixture);
    const clone = { ...all.owner, username: all.pair.clone, password: newPassword() };
    const [owner, name] = [quote(all.pair.owner), quote(clone.username)];
    await fixture.query(`CREATE ROLE ${name} LOGIN PASSWORD ${literal(clone.password.reveal())}`);
    await fixture.query(`GRANT ${owner} TO ${name}; ALTER ROLE ${name} SET role TO ${owner}`);
    await fixture.query(
      `GRANT ${name} TO ${quote(all.admin.username)} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE`,
    );
    return { all, clone };
  }

  it("loses the role setting as its version says", async () => {
    const { all, clone } = await withClone();
    await using application = await fixture.connect(clone);
    const user = async () => (await application.query("SELECT current_user::text AS name"))[0];
    expect(await user()).toEqual({ name: all.pair[atLogin] });
    await application.query("DISCARD ALL");
    expect(await user()).toEqual({ name: all.pair[afterDiscard] });
  });

  it("does not pass for a server whose second user acts as the owner", async () => {
    const { all, clone } = await withClone();
    await expect(all.requireActsAs(clone)).rejects.toMatchObject({
      code: "STAND_IN_INCOMPLETE",
      happened: expect.stringContaining(`acts as ${clone.username}`),
    });
    await all.requireActsAs(all.owner);
  });

  it("is refused a second user before anything changes", async () => {
    const all = await Cast.on(postgres, fixture);
    const refusal = {
      code: "ROLE_SETTING_LOST",
      retryable: false,
      happened: expect.stringContaining(`runs PostgreSQL ${older}, which loses`),
      remedy: expect.stringContaining(older === "16.4" ? "to 16.6 or later" : "to 17.2 or later"),
    };
    const rehearsal = all.do(all.admin, (pairs) => pairs.requireAdministrable(all.pair, anyTime()));
    await expect(rehearsal).rejects.toMatchObject(refusal);
    await expect(all.align(all.pair.clone)).rejects.toMatchObject(refusal);
    expect(await fixture.stored(all.pair.clone)).toBeUndefined();
  });

  it("hands what the clone made to the owner when its turn comes", async () => {
    const { all, clone } = await withClone();
    await all.run(clone, "DISCARD ALL", `CREATE TABLE ${quote(all.pair.owner)}.made (a int)`);
    const owner = { ...all.owner, password: newPassword() };
    await all.disable(all.pair.owner);
    const replacement = {
      spec: { admin: { secret: "admin" } } as LoginSpec,
      engine: postgres,
      signal: anyTime(),
      sleep: async () => {},
      current: clone,
      admin: async () => all.admin,
      pending: async () => owner,
      async *earlier() {},
      async *held() {},
      leaked: false,
      warn() {},
      outage() {},
    };
    expect(await alternatingUsers.set(replacement)).toBe("ready");
    await alternatingUsers.test(replacement);
    await all.run(owner, "ALTER TABLE made ADD b int");
    const retired = { current: owner, old: clone, requireUnchanged: async () => {} };
    await alternatingUsers.retire({ ...replacement, ...retired });
    expect(await all.accepts(clone)).toBe(false);
  });
});
