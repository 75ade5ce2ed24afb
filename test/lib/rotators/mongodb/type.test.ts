import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CredentialEntry } from "../../../../lib/manifest/type.ts";
import { adminLogin } from "../../../../lib/rotators/login/admin.ts";
import type { LoginKeys } from "../../../../lib/rotators/login/keys.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { mongodb } from "../../../../lib/rotators/mongodb/mongodb.ts";
import { rotator } from "../../../../lib/rotators/mongodb/rotator.ts";
import { mongodbTraits } from "../../../../lib/rotators/mongodb/traits.ts";
import { type } from "../../../../lib/rotators/mongodb/type.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { type MongodbFixture, openMongodbFixture } from "./fixture.ts";

/** What the manifest means by these keys, and what it complains of. */
function completed(keys: LoginKeys) {
  const complaints: string[] = [];
  const entry: Partial<CredentialEntry<LoginKeys>> = {
    type: "mongodb",
    isTypeDeclared: true,
    keys,
    secret: "app",
    stage: "production",
    folder: ".",
    isOwn: (key) => key in keys,
    kmsKeyOf: () => undefined,
    oneHome: () => {},
    complain: (path, problem) => complaints.push(`${path.join(".")}: ${problem}`),
  };
  return { spec: type.complete(entry as CredentialEntry<LoginKeys>), complaints };
}

const documentOf = (value: object) =>
  new SecretDocument("AWSCURRENT", new Secret(JSON.stringify(value)));

describe("type mongodb", () => {
  it.each<[string, LoginKeys, string]>([
    ["two users with an administrator", { admin: "admin" }, "alternating-users"],
    ["one in place", { strategy: "in-place" }, "in-place"],
  ])("rotates %s", (_, keys, strategy) => {
    const { spec, complaints } = completed(keys);
    expect(complaints).toEqual([]);
    expect(spec).toMatchObject({ type: "mongodb", strategy });
  });

  it("has no strategy without a decision, and no second password", () => {
    expect(completed({}).complaints).toEqual([expect.stringContaining("in-place")]);
    const { complaints } = completed({ strategy: "two-passwords", admin: "admin" });
    expect(complaints).toEqual([expect.stringMatching(/^strategy: .*alternating-users/)]);
  });

  it("tells users of one name in two databases apart", () => {
    const { spec } = completed({ strategy: "in-place", urls: ["url"], fields: {} });
    const credential = rotator.credential(spec);
    const of = (database: string) =>
      credential.identities(documentOf({ url: `mongodb://app:x@db.internal/${database}` }));
    expect(of("one")).toEqual(["db.internal:27017 app@one"]);
    expect(of("two")).not.toEqual(of("one"));
  });

  it("refuses a version whose URL leads to other servers", async () => {
    const { spec } = completed({ strategy: "in-place", urls: ["url"], fields: {} });
    const { logins } = rotator.credential(spec);
    const url = (hosts: string) => documentOf({ url: `mongodb://app:x@${hosts}/` });
    expect(() => logins.following(url("a,b"), url("a,b"))).not.toThrow();
    expect(() => logins.following(url("a,evil"), url("a,b"))).toThrow(
      expect.objectContaining({
        code: "TARGET_CHANGED",
        message: expect.stringContaining("what its URL says"),
      }),
    );
  });
});

describe("an administrator of another database than the users' (a double)", () => {
  let fixture: MongodbFixture;
  beforeAll(async () => {
    fixture = await openMongodbFixture();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  it("logs in at home, on the servers of the login, and changes users there", async () => {
    const { double, host, port } = fixture.server;
    const app: Login = {
      ...(await fixture.newUser()),
      database: "shop",
      username: "app",
      password: newPassword(),
      options: { hosts: `${host}:${port}` },
    };
    double.users.create("app", "shop", { pwd: app.password.reveal(), roles: ["read"] });
    double.users.create("adm", "admin", { pwd: "adm's", roles: ["root"] });
    const { spec } = completed({ strategy: "in-place", admin: "admin" });
    const text = new Secret(JSON.stringify({ host, port, username: "adm", password: "adm's" }));
    const context = { readSecret: async () => text, signal: anyTime() };
    const admin = await adminLogin({ spec, traits: mongodbTraits }, app, context);
    expect(admin).toMatchObject({ database: "admin", actsIn: "shop", options: app.options });
    await using session = await sessionOf(mongodb, { ...(admin as Login), ca: app.ca });
    const next = { ...app, password: newPassword() };
    await session.setPassword("app", next.password, anyTime());
    await using _ = await sessionOf(mongodb, next);
  });
});
