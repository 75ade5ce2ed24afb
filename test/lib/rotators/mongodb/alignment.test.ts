import { BSON, Decimal128 } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mongodb } from "../../../../lib/rotators/mongodb/mongodb.ts";
import { anyTime } from "../../../contracts/engine.ts";
import { Cast } from "../../../contracts/pair.ts";
import { type MongodbFixture, openMongodbFixture } from "./fixture.ts";

describe("the second user of a pair (a double)", () => {
  let fixture: MongodbFixture;
  beforeAll(async () => {
    fixture = await openMongodbFixture();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  const users = () => fixture.server.double.users;
  const of = (name: string) => users().get(name, "admin");

  it("gets the owner's roles, data, restrictions and methods", async () => {
    const all = await Cast.on(mongodb, fixture);
    const { owner, clone } = all.pair;
    const customData = { price: Decimal128.fromString("1.10"), note: { at: new Date(5), n: 7 } };
    const authenticationRestrictions = [{ clientSource: ["127.0.0.0/8"] }];
    const like = { customData, authenticationRestrictions };
    users().update(owner, "admin", {
      pwd: all.owner.password.reveal(),
      ...like,
      mechanisms: ["SCRAM-SHA-256"],
    });
    users().createRole(`restrict_${owner}`, "admin", [
      { resource: { db: "admin", collection: "" }, actions: ["setAuthenticationRestriction"] },
    ]);
    await expect(all.align(clone)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      remedy: expect.stringContaining("setAuthenticationRestriction"),
    });
    users().grant(all.admin.username, "admin", [{ role: `restrict_${owner}`, db: "admin" }]);
    const made = await all.align(clone);
    expect(of(clone)).toMatchObject({ roles: of(owner).roles, authenticationRestrictions });
    expect(Object.keys(of(clone).credentials)).toEqual(["SCRAM-SHA-256"]);
    const { quarterturn, ...data } = of(clone).customData ?? {};
    expect(quarterturn).toEqual({ standsInFor: owner });
    expect(BSON.serialize(data)).toEqual(BSON.serialize(customData));
    expect(await all.accepts(made)).toBe(true);
    // Once more, from what it has become.
    await all.align(clone);
    expect(of(clone).customData).toMatchObject({ quarterturn });
  });

  it("follows when the owner's roles change, and loses what the owner lost", async () => {
    const all = await Cast.on(mongodb, fixture);
    const { owner, clone } = all.pair;
    await all.align(clone);
    const more = { role: "read", db: "reports" };
    users().grant(owner, "admin", [more]);
    await expect(all.align(clone)).rejects.toMatchObject({
      remedy: expect.stringMatching(/db: "reports".*grantRole/),
    });
    users().createRole(`more_${owner}`, "admin", [
      { resource: { db: "reports", collection: "" }, actions: ["grantRole", "revokeRole"] },
    ]);
    users().grant(all.admin.username, "admin", [{ role: `more_${owner}`, db: "admin" }]);
    await all.align(clone);
    expect(of(clone).roles).toContainEqual(more);
    users().revoke(owner, "admin", [more]);
    await all.align(clone);
    expect(of(clone).roles).toEqual(of(owner).roles);
  });

  it("keeps its place where its owner is gone, and gives it back", async () => {
    const all = await Cast.on(mongodb, fixture);
    const { owner, clone } = all.pair;
    const made = await all.align(clone);
    const { roles } = of(owner);
    users().drop(owner, "admin");
    const again = await all.align(owner);
    expect(of(owner).roles).toEqual(roles);
    expect(of(owner).customData ?? {}).toEqual({});
    expect([await all.accepts(made), await all.accepts(again)]).toEqual([true, true]);
  });

  it("of the AWS template's making, with the same roles, is taken over", async () => {
    const all = await Cast.on(mongodb, fixture);
    const { owner, clone } = all.pair;
    users().create(clone, "admin", { pwd: "x", roles: of(owner).roles });
    expect(await all.accepts(await all.align(clone))).toBe(true);
    expect(of(clone).customData).toEqual({ quarterturn: { standsInFor: owner } });
  });

  it("tells what it may do, all that the owner may", async () => {
    const all = await Cast.on(mongodb, fixture);
    const clone = await all.align(all.pair.clone);
    const rights = (as: typeof clone) => all.do(as, async (pairs) => pairs.rights?.(anyTime()));
    const owners = await rights(all.owner as typeof clone);
    expect(owners).toContain("find on app.*");
    expect(owners).toContain("update on admin.quarterturn_locks");
    expect(await rights(clone)).toEqual(owners);
  });

  it("loses its sessions, with all that they may, when they are ended", async () => {
    const all = await Cast.on(mongodb, fixture);
    const clone = await all.align(all.pair.clone);
    const id = of(clone.username).userId;
    await using application = await fixture.connect(clone);
    const { roles, customData } = of(clone.username);
    expect(await all.endSessions(clone.username)).toBe(1);
    await expect(application.query("CREATE TABLE more")).rejects.toMatchObject({ code: 13 });
    expect(of(clone.username)).toMatchObject({ roles, customData });
    expect(of(clone.username).userId).not.toEqual(id);
  });

  it("is refused where the administrator lacks a right, with the statement that gives it", async () => {
    const all = await Cast.on(mongodb, fixture);
    users().update(all.admin.username, "admin", { roles: ["userAdmin"] });
    const rehearse = all.do(all.admin, (pairs) => pairs.requireAdministrable(all.pair, anyTime()));
    await expect(rehearse).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      remedy: expect.stringMatching(/db: "app".*grantRole.*cluster: true.*inprog.*killop/),
    });
  });
});
