import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { mongodb } from "../../../../lib/rotators/mongodb/mongodb.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { everyRendering } from "../../../rendering.ts";
import { type MongodbFixture, openMongodbFixture } from "./fixture.ts";

const failed = (code: number) => ({ ok: 0, code, codeName: "Any", errmsg: "quotes the password" });

describe("what a server answers (a double)", () => {
  let fixture: MongodbFixture;
  beforeAll(async () => {
    fixture = await openMongodbFixture();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  it.each([
    [91, "LOGIN_FORBIDDEN", true],
    [334, "AUTHENTICATION_METHOD_REFUSED", false],
    [11600, "LOGIN_FORBIDDEN", true],
    [4242, "LOGIN_FORBIDDEN", true],
  ])("error %i to a login is %s", async (code, expected, retryable) => {
    const login = await fixture.newUser();
    fixture.server.double.faults.set("saslStart", failed(code));
    const error = await mongodb.login(login, anyTime()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expected, retryable });
    expect(everyRendering(error)).not.toContain("quotes");
  });

  it.each([11, 18])("error %i to a login is a refusal", async (code) => {
    fixture.server.double.faults.set("saslStart", failed(code));
    expect(await mongodb.login(await fixture.newUser(), anyTime())).toBe("refused");
  });

  it.each([
    [13, "PERMISSION_DENIED", false],
    [8000, "PERMISSION_DENIED", false],
    [11, "USERS_MISSING", false],
    [10107, "READ_ONLY_SERVER", false],
    [13435, "READ_ONLY_SERVER", false],
    [2, "PASSWORD_REJECTED", false],
    [11602, "DATABASE_FAILED", true],
    [50, "DATABASE_FAILED", true],
  ])("error %i to a change is %s", async (code, expected, retryable) => {
    const login = await fixture.newUser();
    await using session = await sessionOf(mongodb, login);
    fixture.server.double.faults.set("updateUser", failed(code));
    const password = newPassword();
    const error = await session
      .setPassword(login.username, password, anyTime())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: expected, retryable });
    expect(everyRendering(error)).not.toContain("quotes");
    expect(everyRendering(error)).not.toContain(password.reveal());
    expect(await accepts(mongodb, login, anyTime())).toBe(true);
  });

  it("a change that too few members have confirmed has failed, though it was made", async () => {
    const login = await fixture.newUser();
    await using session = await sessionOf(mongodb, login);
    const writeConcernError = { code: 64, codeName: "WriteConcernTimeout", errmsg: "waiting" };
    fixture.server.double.faults.set("updateUser", { writeConcernError });
    const next = { ...login, password: newPassword() };
    const change = session.setPassword(login.username, next.password, anyTime());
    await expect(change).rejects.toMatchObject({ code: "DATABASE_FAILED" });
    expect(await accepts(mongodb, next, anyTime())).toBe(true);
  });

  it("a server that knows hello by its old name alone is asked so", async () => {
    const login = await fixture.newUser();
    fixture.server.double.faults.set("hello", failed(59));
    expect(await accepts(mongodb, login, anyTime())).toBe(true);
  });

  it("the password of a user of the old method is proven by it, and only by the one that the URL names", async () => {
    const login = await fixture.newUser();
    const { users } = fixture.server.double;
    const pwd = login.password.reveal();
    users.update(login.username, "admin", { pwd, mechanisms: ["SCRAM-SHA-1"] });
    const by = (mechanism: string): Login => ({ ...login, options: { mechanism } });
    expect(await accepts(mongodb, login, anyTime())).toBe(true);
    expect(await accepts(mongodb, by("SCRAM-SHA-1"), anyTime())).toBe(true);
    await expect(accepts(mongodb, by("SCRAM-SHA-256"), anyTime())).rejects.toMatchObject({
      code: "AUTHENTICATION_METHOD_REFUSED",
    });
  });

  it("a login takes one empty turn more where the server wants it", async () => {
    const login = await fixture.newUser();
    const { double } = fixture.server;
    double.skipsEmptyTurn = false;
    const before = double.asked.length;
    await using session = await sessionOf(mongodb, login);
    expect(double.asked.slice(before).filter((name) => name === "saslContinue")).toHaveLength(2);
    double.skipsEmptyTurn = true;
    await session.setPassword(login.username, login.password, anyTime());
  });

  it("a name that SCRAM must quote is quoted", async () => {
    const login = await fixture.newUser("a=2C,b=,=3D");
    expect(await accepts(mongodb, login, anyTime())).toBe(true);
    expect(await accepts(mongodb, { ...login, password: newPassword() }, anyTime())).toBe(false);
  });

  it("two users of one name in two databases are two users", async () => {
    const login = await fixture.newUser();
    const password = new Secret("another one");
    const roles = fixture.server.double.users.get(login.username, "admin").roles;
    fixture.server.double.users.create(login.username, "app", { pwd: password.reveal(), roles });
    const other = { ...login, database: "app", password };
    expect(await accepts(mongodb, other, anyTime())).toBe(true);
    expect(await accepts(mongodb, { ...other, database: "admin" }, anyTime())).toBe(false);
  });

  it("what a session lacks is in the remedy, as a statement", async () => {
    const login = await fixture.newUser();
    fixture.server.double.users.update(login.username, "admin", { roles: ["read"] });
    await using session = await sessionOf(mongodb, login);
    await expect(session.rehearsePassword(login.username, anyTime())).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      remedy: expect.stringMatching(
        /createRole\(.*"changeOwnPassword".*"quarterturn_locks".*grantRolesToUser\("user_/,
      ),
    });
  });

  it("a server that does not tell privileges is not taken to refuse", async () => {
    const login = await fixture.newUser();
    await using session = await sessionOf(mongodb, login);
    const { double } = fixture.server;
    const authenticatedUserRoles = [{ role: "any", db: "admin" }];
    for (const more of [{}, { authenticatedUserPrivileges: [] }]) {
      double.faults.set("connectionStatus", { authInfo: { authenticatedUserRoles, ...more } });
      expect(await session.rehearsePassword(login.username, anyTime())).toEqual([]);
    }
    const nothing = { authenticatedUserRoles: [], authenticatedUserPrivileges: [] };
    double.faults.set("connectionStatus", { authInfo: nothing });
    await expect(session.rehearsePassword(login.username, anyTime())).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
    });
  });

  it("a lock whose holder was killed is free after its time", { timeout: 15_000 }, async () => {
    const login = await fixture.newUser();
    const { documents } = fixture.server.double;
    const until = new Date(Date.now() + 700);
    documents.insert("admin.quarterturn_locks", { _id: login.username, holder: "gone", until });
    await using session = await sessionOf(mongodb, login);
    const start = performance.now();
    expect(await session.lock(login.username, anyTime())).toBe(true);
    expect(performance.now() - start).toBeGreaterThan(500);
    const [lock] = documents.find("admin.quarterturn_locks", { _id: login.username });
    expect(lock?.["holder"]).not.toBe("gone");
  });

  it("a holder that was overtaken changes nothing", { timeout: 15_000 }, async () => {
    const login = await fixture.newUser();
    await using session = await sessionOf(mongodb, login);
    await session.lock(login.username, anyTime());
    fixture.server.double.documents.drop("admin.quarterturn_locks");
    await new Promise((resolve) => setTimeout(resolve, 5500));
    const change = session.setPassword(login.username, newPassword(), anyTime());
    await expect(change).rejects.toMatchObject({ code: "LOCK_BUSY" });
    expect(await accepts(mongodb, login, anyTime())).toBe(true);
  });
});
