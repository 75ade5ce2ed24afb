import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GeneratedSpec } from "../../../lib/rotators/generated/value.ts";
import type { Login } from "../../../lib/rotators/login/login.ts";
import { whole } from "../../../lib/secret/field.ts";
import { Scene, Scenes } from "./scene.ts";

let scenes: Scenes;
beforeAll(async () => {
  scenes = await Scenes.open();
});
afterAll(() => scenes?.[Symbol.asyncDispose]());

const key: GeneratedSpec = {
  type: "generated",
  strategy: "generate",
  traits: { oldWorksBeside: false, changesUsername: false, switches: false },
  field: "jwt_secret",
  prefix: "",
  format: { kind: "hex", bytes: 32 },
};
const day = 86_400_000;
const kept: GeneratedSpec = {
  ...key,
  previous: { field: "jwt_previous", expiresAt: "jwt_previous_expires_at", overlap: day },
};

async function sceneOf(spec: GeneratedSpec, value: object | string): Promise<Scene> {
  const scene = new Scene(scenes, []);
  scene.generated = [spec];
  if (typeof value === "string") scene.entry = { shape: "plain" };
  await scene.create(value);
  return scene;
}

/** RETIRING off, as settlement has it when every consumer is proven. */
async function settled(scene: Scene): Promise<void> {
  expect(await scene.retire("quiet")).toMatchObject({ sessions: 0 });
  expect(await scene.retire("retire")).toMatchObject({ accepted: false });
  await scene.unlabel();
  await scene.again();
}

const old = "0f".repeat(32);
const first = { api_keys: "a,b", jwt_secret: old, count: 1 };

describe("a signing key", () => {
  it("is replaced, and nothing else", async () => {
    const scene = await sceneOf(key, first);
    const before = await scene.text();
    await scene.runAll();
    const { jwt_secret } = JSON.parse(await scene.text());
    expect(jwt_secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await scene.text()).toBe(before.replace(old, jwt_secret));
    await settled(scene);
    await scene.runAll();
    expect(JSON.parse(await scene.text()).jwt_secret).not.toBe(jwt_secret);
  });

  it("that is the whole secret is replaced up to its line break", async () => {
    const scene = await sceneOf({ ...key, field: whole, prefix: "v1_" }, `v1_${old}\n`);
    await scene.runAll();
    expect(await scene.text()).toMatch(/^v1_[0-9a-f]{64}\n$/);
  });

  it("is kept under `previous` until the next rotation, with the time until which it counts", async () => {
    const scene = await sceneOf(kept, first);
    await scene.runAll();
    const one = JSON.parse(await scene.text());
    expect(one).toEqual({
      ...first,
      jwt_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      jwt_previous: old,
      jwt_previous_expires_at: "2026-03-05T05:06:07Z",
    });
    expect(Object.keys(one).slice(0, 3)).toEqual(Object.keys(first));
    await settled(scene);
    scene.now = new Date("2026-06-01T00:00:00Z");
    await scene.runAll();
    expect(JSON.parse(await scene.text())).toEqual({
      ...first,
      jwt_secret: expect.not.stringMatching(one.jwt_secret),
      jwt_previous: one.jwt_secret,
      jwt_previous_expires_at: "2026-06-02T00:00:00Z",
    });
  });

  it("that leaked is kept nowhere", async () => {
    const scene = await sceneOf(kept, first);
    await scenes.move(scene.name, "AWSPENDING", scene.token);
    scene.token = `leaked-${randomUUID()}`;
    await scenes.begin(scene.name, scene.token);
    await scene.runAll();
    expect(JSON.parse(await scene.text())).toEqual({
      ...first,
      jwt_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      jwt_previous: "",
      jwt_previous_expires_at: "2026-03-04T05:06:07Z",
    });
  });

  it("goes on after its secret was edited by hand, whatever the one before looks like", async () => {
    const scene = await sceneOf(kept, first);
    await scene.runAll();
    await settled(scene);
    const edited = { ...JSON.parse(await scene.text()), api_keys: "c" };
    await scene.put(edited, ["AWSCURRENT"]);
    await scene.again();
    await scene.runAll();
    expect(JSON.parse(await scene.text())).toMatchObject({
      api_keys: "c",
      jwt_previous: edited.jwt_secret,
    });
  });

  it("is the same one whenever createSecret comes again", async () => {
    const scene = await sceneOf(kept, first);
    await scene.run("createSecret");
    const made = await scene.text("AWSPENDING");
    scene.now = new Date("2026-03-09T00:00:00Z");
    await scene.run("createSecret");
    expect(await scene.text("AWSPENDING")).toBe(made);
  });

  it.each<[string, object, string]>([
    ["that is not there", { api_keys: "a" }, ' has no field "jwt_secret"'],
    [
      "whose `previous` holds something else",
      { ...first, jwt_previous: "sk_live_x" },
      '"jwt_previous" is not empty or what jwt_secret was before',
    ],
    [
      "whose `previous` holds another key of the same form",
      { ...first, jwt_previous: "a".repeat(64) },
      '"jwt_previous" is not empty or what jwt_secret was before',
    ],
    [
      "whose date is none",
      { ...first, jwt_previous: "", jwt_previous_expires_at: "soon" },
      '"jwt_previous_expires_at" is not empty or a date',
    ],
    ["that is an object", { ...first, jwt_secret: {} }, '"jwt_secret" is not a string'],
  ])("%s is refused before anything is written, and by a lone test", async (_, value, message) => {
    const code = message.includes(" has no ") ? "FIELD_MISSING" : "FIELD_INVALID";
    const refusal = { code, message: expect.stringContaining(message) };
    const scene = await sceneOf(kept, value);
    await expect(scene.run("testSecret")).rejects.toMatchObject(refusal);
    await expect(scene.run("createSecret")).rejects.toMatchObject(refusal);
    expect(scene.calls("PutSecretValue")).toEqual([]);
  });

  it.each<[string, GeneratedSpec, object | string, string]>([
    ["a key of a service", key, { ...first, jwt_secret: "sk_live_x" }, "hex of 32 bytes"],
    ["hex of another length", key, { ...first, jwt_secret: "0f".repeat(16) }, "hex of 32 bytes"],
    ["a value without its prefix", { ...key, prefix: "v1_" }, first, "v1_ and hex of 32 bytes"],
    ["a whole secret of another form", { ...key, field: whole }, "sk_live_x\n", "hex of 32 bytes"],
    ["a UUID of another version", { ...key, format: { kind: "uuid" } }, first, "a version 4 UUID"],
    [
      "digits with a hyphen",
      { ...key, format: { kind: "alphanumeric", length: 40 } },
      { ...first, jwt_secret: "a-b" },
      "40 letters and digits",
    ],
  ])("that is %s is not overwritten, unless the manifest says so", async (_, spec, value, form) => {
    const scene = await sceneOf(spec, value);
    const before = await scene.text();
    const refusal = {
      code: "FORM_UNEXPECTED",
      retryable: false,
      happened: expect.stringContaining(`is not ${form}, so it may be a key that a service issued`),
      remedy: expect.stringContaining("`overwrite: true`"),
    };
    await expect(scene.run("testSecret")).rejects.toMatchObject(refusal);
    await expect(scene.run("createSecret")).rejects.toMatchObject(refusal);
    expect(scene.calls("PutSecretValue")).toEqual([]);
    expect(await scene.text()).toBe(before);
    scene.generated = [{ ...spec, overwrite: true }];
    await scene.runAll();
    expect(await scene.text()).not.toBe(before);
  });

  it.each(["", null])("that is %j is filled in, with nothing to keep", async (empty) => {
    const date = { jwt_previous: null, jwt_previous_expires_at: null };
    const scene = await sceneOf(kept, { ...first, jwt_secret: empty, ...date });
    await scene.runAll();
    expect(JSON.parse(await scene.text())).toMatchObject({
      jwt_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
      jwt_previous: "",
    });
  });

  it("beside a login that a rotation of ours has written is asked for its form all the same", async () => {
    const scene = await scenes.scene((value) => ({ ...value, jwt_secret: "sk_live_x" }));
    await scene.runAll();
    await scene.retire("retire");
    await scene.unlabel();
    await scene.again();
    scene.generated = [key];
    await expect(scene.run("createSecret")).rejects.toMatchObject({ code: "FORM_UNEXPECTED" });
  });

  it("whose `previous` has no place is refused by a lone test", async () => {
    const scene = await sceneOf({ ...kept, previous: { field: "/old/key", overlap: day } }, first);
    const refusal = { code: "FIELD_INVALID", message: expect.stringContaining("inside an object") };
    await expect(scene.run("testSecret")).rejects.toMatchObject(refusal);
  });

  it("of a version that somebody else wrote is not promoted", async () => {
    const scene = await sceneOf(key, first);
    await scene.put({ ...first, jwt_secret: "weak" }, ["AWSPENDING"], scene.token);
    await expect(scene.run("testSecret")).resolves.toBe("done"); // a lone test, as far as it can tell
    await expect(scene.run("finishSecret")).rejects.toMatchObject({ code: "FIELD_INVALID" });
    expect(await scene.text()).toBe(JSON.stringify(first, null, 2));
  });

  it.each([
    ["another field", (value: object) => ({ ...value, api_keys: "c" })],
    ["what was before", (value: object) => ({ ...value, jwt_previous: "other" })],
  ])("is not promoted beside %s that differs from AWSCURRENT's", async (_, change) => {
    const scene = await sceneOf(kept, { ...first, jwt_previous: "" });
    const next = { ...first, jwt_secret: "f".repeat(64), jwt_previous: first.jwt_secret };
    await scene.put(change(next), ["AWSPENDING", "PREPARED"], scene.token);
    await expect(scene.run("createSecret")).rejects.toMatchObject({ code: "SECRET_CHANGED" });
    await expect(scene.run("setSecret")).rejects.toMatchObject({ code: "SECRET_CHANGED" });
  });
});

describe("rotated_at", () => {
  it("is added where the manifest asks for it, and replaced from then on", async () => {
    const scene = await sceneOf(key, first);
    scene.entry = { ...scene.entry, rotatedAt: "rotated_on" };
    await scene.runAll();
    expect(JSON.parse(await scene.text()).rotated_on).toBe("2026-03-04T05:06:07Z");
    await settled(scene);
    scene.now = new Date("2026-06-01T00:00:00Z");
    await scene.runAll();
    expect(JSON.parse(await scene.text())).toMatchObject({ rotated_on: "2026-06-01T00:00:00Z" });
  });

  it("is left alone where it holds no text, and nobody asked for it", async () => {
    const rotated_at = { KEY: 5 };
    const scene = await sceneOf(key, { ...first, rotated_at });
    await scene.runAll();
    expect(JSON.parse(await scene.text())).toMatchObject({ rotated_at });
  });

  it("is absent where the secret has none", async () => {
    const scene = await sceneOf(key, first);
    await scene.runAll();
    expect(Object.keys(JSON.parse(await scene.text()))).toEqual(Object.keys(first));
  });
});

describe("a login beside a key", () => {
  it("rotates with it in the same steps", async () => {
    const scene = await scenes.scene((value) => ({ ...value, jwt_secret: old }));
    scene.generated = [key];
    const before = await scene.value();
    await scene.runAll();
    const now = await scene.value();
    expect(now).toMatchObject({ jwt_secret: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect([await scene.admits(now), await scene.admits(before)]).toEqual([true, false]);
    expect(now.connection_string).toContain(now.password);
  });
});

it("a secret that is a URL rotates", async () => {
  const login = await scenes.fixture.newUser();
  const scene = new Scene(scenes, [login], { urls: [whole] });
  scene.entry = { shape: "plain" };
  const { host, port, username, password } = login;
  await scene.create(`postgresql://${username}:${password.reveal()}@${host}:${port}/postgres\n`);
  await scene.runAll();
  const now = new URL((await scene.text()).trim());
  expect(await scene.text()).toMatch(/\n$/);
  expect([now.username, now.pathname]).toEqual([username, "/postgres"]);
  expect(await scene.admits({ password: decodeURIComponent(now.password) })).toBe(true);
  expect(await scene.admits({ password: password.reveal() })).toBe(false);
  expect(await scene.retire("retire")).toMatchObject({ accepted: false });
});

it.each([
  ["libpq's", "host=HOST port=PORT user=USER password=", " dbname=postgres"],
  ["ADO.NET's", "Server=HOST;Port=PORT;User Id=USER;Password=", ";Database=postgres"],
])("a secret that is a connection string of %s kind rotates", async (_, before, after) => {
  const login = await scenes.fixture.newUser();
  const scene = new Scene(scenes, [login], { urls: [whole] });
  scene.entry = { shape: "plain" };
  const { host, port, username } = login;
  const start = before
    .replace("HOST", host)
    .replace("PORT", String(port))
    .replace("USER", username);
  await scene.create(`${start}${login.password.reveal()}${after}\n`);
  await scene.runAll();
  const now = await scene.text();
  expect([now.startsWith(start), now.endsWith(`${after}\n`)]).toEqual([true, true]);
  const password = now.slice(start.length, -`${after}\n`.length);
  expect(await scene.admits({ password })).toBe(true);
  expect(await scene.admits({ password: login.password.reveal() })).toBe(false);
});

describe("two credentials of one secret", () => {
  const url = ({ host, port, username, password }: Login, database: string) =>
    `postgresql://${username}:${password.reveal()}@${host}:${port}/${database}`;

  async function sceneOfUrls(...users: readonly string[]): Promise<Scene> {
    const logins: Login[] = [];
    for (const username of users)
      logins.push(
        logins.find((each) => each.username === username) ??
          (await scenes.fixture.newUser(username)),
      );
    const fields = ["A_URL", "B_URL"];
    const scene = new Scene(scenes, logins, ...fields.map((field) => ({ urls: [field] })));
    const databases = ["postgres", "template1"];
    const values = logins.map((each, index) => [
      fields[index],
      url(each, String(databases[index])),
    ]);
    await scene.create({ ...Object.fromEntries(values) });
    return scene;
  }

  it("that are one user of one server are refused, in different databases too", async () => {
    const user = `shared_${randomUUID().slice(0, 8)}`;
    const scene = await sceneOfUrls(user, user);
    const refusal = { code: "LOGIN_SHARED", message: expect.stringContaining(user) };
    await expect(scene.run("testSecret")).rejects.toMatchObject(refusal);
    await expect(scene.run("createSecret")).rejects.toMatchObject(refusal);
    expect(scene.calls("PutSecretValue")).toEqual([]);
    expect(scene.tried).toEqual([]);
  });

  it("that write one field are refused, which names the remedy", async () => {
    const scene = await sceneOfUrls(
      ...[1, 2].map((nth) => `own${nth}_${randomUUID().slice(0, 8)}`),
    );
    const password = scene.logins[0]?.password.reveal();
    const urls = (await scene.text()).replace(/:[^:@/"]+@/g, "@");
    const value = { ...JSON.parse(urls), password };
    await scene.put(value, ["AWSCURRENT"]);
    await scene.again();
    await expect(scene.run("createSecret")).rejects.toMatchObject({
      code: "FIELD_SHARED",
      message: expect.stringContaining("fields: {}"),
    });
    expect(scene.calls("PutSecretValue")).toEqual([]);
  });
});
