import { describe, expect, it } from "vitest";
import type { CredentialEntry } from "../../../../lib/manifest/type.ts";
import type { AtlasKeys } from "../../../../lib/rotators/atlas/keys.ts";
import { rotator } from "../../../../lib/rotators/atlas/rotator.ts";
import { atlasTraits } from "../../../../lib/rotators/atlas/traits.ts";
import { type } from "../../../../lib/rotators/atlas/type.ts";
import { adminLogin } from "../../../../lib/rotators/login/admin.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime } from "../../../contracts/engine.ts";

const project = "32b6e34b3d91647abb20e7b8";

/** What the manifest means by these keys, and what it complains of. */
function completed(keys: AtlasKeys) {
  const complaints: string[] = [];
  const entry: Partial<CredentialEntry<AtlasKeys>> = {
    type: "atlas",
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
  return { spec: type.complete(entry as CredentialEntry<AtlasKeys>), complaints };
}

const documentOf = (value: object) =>
  new SecretDocument("AWSCURRENT", new Secret(JSON.stringify(value)));

describe("type atlas", () => {
  it("rotates two users of a project, of the database admin", () => {
    const { spec, complaints } = completed({ project, admin: "atlas" });
    expect(complaints).toEqual([]);
    expect(spec).toMatchObject({ project, strategy: "alternating-users" });
    const document = { host: "c.mongodb.net", dbname: "app", username: "app", password: "x" };
    const { logins } = rotator.credential(spec);
    expect(logins.of(documentOf(document))).toMatchObject({ database: "admin" });
  });

  it.each<[string, AtlasKeys, RegExp]>([
    ["no project", { admin: "atlas" }, /^: no project/],
    [
      "a project's name",
      { admin: "atlas", project: "Orders" },
      /^project: .*24 hexadecimal digits/,
    ],
    ["a variable that nobody knows", { admin: "atlas", project: `$${"{nobody}"}` }, /^project: /],
    ["no administrator", { project }, /admin/],
    [
      "another strategy",
      { project, admin: "atlas", strategy: "in-place" },
      /^strategy: .*alternating-users/,
    ],
    [
      "another database",
      { project, admin: "atlas", connection: { database: "app" } },
      /^connection\.database: .*always admin/,
    ],
    [
      "a field for it",
      { project, admin: "atlas", fields: { database: "DB" } },
      /^fields\.database: /,
    ],
  ])("complains of %s", (_, keys, complaint) => {
    expect(completed(keys).complaints).toEqual([expect.stringMatching(complaint)]);
  });

  it.each([
    ["mongodb+srv://app:x@c.abc.mongodb.net/shop?retryWrites=true"],
    ["mongodb+srv://app:x@c.abc.mongodb.net"],
    ["mongodb+srv://app:x@c.abc.mongodb.net/?authSource=admin"],
  ])("reads %s, whose users are of admin", (url) => {
    const { spec } = completed({ project, admin: "atlas", urls: ["url"], fields: {} });
    expect(rotator.credential(spec).logins.of(documentOf({ url }))).toMatchObject({
      database: "admin",
      host: "c.abc.mongodb.net",
      options: { srv: "true" },
    });
  });

  it("refuses a URL of a user who has no password", () => {
    const { spec } = completed({ project, admin: "atlas", urls: ["url"], fields: {} });
    const url = "mongodb+srv://app:x@c.abc.mongodb.net/?authSource=%24external";
    expect(() => rotator.credential(spec).logins.of(documentOf({ url }))).toThrow(
      /authSource=admin/,
    );
  });
});

describe("the service account", () => {
  const host = "c.abc.mongodb.net";
  const document = documentOf({ host, username: "app", password: "x" });
  const account = { clientId: "mdb_sa_id_1", clientSecret: "mdb_sa_sk_1" };
  const adminOf = (value: object, admin: AtlasKeys["admin"] = "atlas") => {
    const { spec } = completed({ project, admin });
    const current = rotator.credential(spec).logins.of(document);
    const readSecret = async () => new Secret(JSON.stringify(value));
    return adminLogin({ spec, traits: atlasTraits }, current, { readSecret, signal: anyTime() });
  };

  it.each([
    ["as Secrets Manager's own rotation has it", account],
    ["as administrators of other types are", { username: "mdb_sa_id_1", password: "mdb_sa_sk_1" }],
  ])("is read %s", async (_, value) => {
    const login = await adminOf(value, { secret: "atlas", host });
    expect(login).toMatchObject({ username: "mdb_sa_id_1", actsIn: "admin", host });
    expect(login?.password.reveal()).toBe("mdb_sa_sk_1");
    expect(await adminOf({ ...value, host })).toMatchObject({ host });
  });

  it("serves one cluster: whoever can write a secret cannot have others' users changed", async () => {
    await expect(adminOf({ ...account, host: "other.abc.mongodb.net" })).rejects.toMatchObject({
      code: "ADMIN_UNUSABLE",
      happened: expect.stringContaining("other.abc.mongodb.net"),
    });
    await expect(adminOf(account)).rejects.toMatchObject({ code: "FIELD_MISSING" });
  });
});
