import { describe, expect, it } from "vitest";
import { httpProvider } from "../../../../lib/rotators/http/provider.ts";
import { type Answer, accessWith, answering, partsOf, specOf } from "./acme.ts";

function providerWith(replies: readonly Answer[], changes: object = {}) {
  const { transport, sent } = answering(...replies);
  return { ...accessWith(), sent, provider: httpProvider(specOf(changes), transport) };
}

const list = { path: "/keys", items: "/keys", id: "/id", name: "/name" };

describe("a key that is known by a hint", () => {
  const secret = "acme-3f9a71c2d84b5e60-end7";
  const identify = { hint: "/hint" };
  const idWith = (...hints: readonly string[]) => {
    const keys = hints.map((hint, index) => ({ id: `k${index}`, hint }));
    const { provider, access } = providerWith([{ json: { keys } }], { list, identify });
    return provider.identify?.(partsOf({ secret }), access);
  };

  it.each(["acme-3f9a71...end7", "acme-3f9a71…end7", "acme-3f9a71****end7"])(
    "is the only one that %s fits",
    async (hint) => {
      expect(await idWith("acme-0000000...end7", hint)).toBe("k1");
    },
  );

  it.each([
    ["nobody's", ["acme-3f9a72...end7"]],
    ["two keys'", ["acme-3f9a71...end7", "acme-3f9a71...end7"]],
    ["too short", ["acme-...end7"]],
    ["the key itself", [secret]],
    ["as long as the key", ["acme-3f9a71c2d84b5...e60-end7"]],
    ["none at all", [""]],
  ])("is not known by a hint that is %s", async (_, hints) => {
    expect(await idWith(...hints)).toBeUndefined();
  });

  it("needs a list that holds it", () => {
    expect(() =>
      specOf({ kind: "supplied", list: undefined, create: undefined, identify }),
    ).toThrow("has a hint, which an item of list holds: add list");
  });
});

describe("a list", () => {
  it("leaves out what exists no more, and goes on after it", async () => {
    const { provider, access, sent } = providerWith(
      [
        { json: { keys: [{ id: "a" }, { id: "b", state: "archived" }], more: true } },
        { json: { keys: [{ id: "c", state: "active" }], more: false } },
      ],
      {
        list: {
          ...list,
          skip: { pointer: "/state", equals: "archived" },
          paging: { cursor: "after", from: "last-item-id", more: "/more" },
        },
      },
    );
    expect((await provider.list?.(access))?.map(({ id }) => id)).toEqual(["a", "c"]);
    expect(sent[1]?.path).toBe("/keys?after=b");
  });
});

describe("a provider that takes no hyphens in names", () => {
  it("gets _ in their place, and gives back what we know", async () => {
    const { provider, access, sent } = providerWith(
      [
        { status: 201, json: { key: { id: "k", value: "v" } } },
        { json: { keys: [{ id: "k", name: "qt_app_one" }] } },
      ],
      { name: { max: 64, separator: "_" }, list },
    );
    await provider.create?.("qt-app-one", access);
    expect(JSON.parse(`${sent[0]?.body}`)).toMatchObject({ name: "qt_app_one" });
    expect((await provider.list?.(access))?.[0]?.name).toBe("qt-app-one");
  });
});

describe("a reply to create", () => {
  it.each([
    [{ error: "try again" }, "without the id"],
    [{ key: { id: "k" } }, "without the secret"],
    [{ key: { id: "k", value: "" } }, "without the secret"],
  ])("is no success where it lacks a part of the key: %j", async (json, why) => {
    const { provider, access } = providerWith([{ status: 201, json }]);
    await expect(provider.create?.("qt-app-one", access)).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
      retryable: true,
      message: expect.stringContaining(why),
    });
  });

  it("that begins what nobody can ask about is no success", async () => {
    const operation = {
      path: "/operations/{reply./operation}",
      done: "/done",
      error: "/error",
      result: { id: "/id", secret: "/value" },
      every: "1s",
      within: "9s",
    };
    const { provider, access } = providerWith([{ status: 201, json: {} }], { operation });
    await expect(provider.create?.("qt-app-one", access)).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
    });
  });
});

describe("a refusal of the administrator", () => {
  const refused = [{ status: 400, pointer: "/message", matches: "^API key is invalid" }];
  const auth = {
    admin: { headers: { Authorization: "Bearer {admin.token}" }, refused },
    key: { headers: { "X-Key": "{key.secret}" } },
  };

  it.each<[Answer, string]>([
    [{ status: 401, json: {} }, "ADMIN_KEY_REFUSED"],
    [{ status: 403, text: "Forbidden" }, "ADMIN_KEY_REFUSED"],
    [{ status: 403, text: "\n<!DOCTYPE html><html></html>" }, "PROVIDER_UNAVAILABLE"],
    [{ status: 400, json: { message: "API key is invalid" } }, "ADMIN_KEY_REFUSED"],
    [{ status: 400, json: { message: "no such team" } }, "PROVIDER_UNAVAILABLE"],
  ])("is the provider's own, and what the preset says is one: %j", async (reply, code) => {
    const { provider, access } = providerWith([reply], { auth });
    await expect(provider.list?.(access)).rejects.toMatchObject({ code });
  });
});

describe("a cap", () => {
  it("is told by any refusal once there are so many keys", async () => {
    const limits = { maxKeys: 2, perSecond: 50 };
    const refusal = { status: 422, json: { code: "nope" } };
    const keys = [{ id: "a", name: "one" }, { id: "b" }];
    const full = providerWith([refusal, { json: { keys } }], { limits, list });
    await expect(full.provider.create?.("qt-app-one", full.access)).rejects.toMatchObject({
      code: "KEYS_FULL",
      message: expect.stringContaining("one (a), b"),
    });
    const free = providerWith([refusal, { json: { keys: keys.slice(1) } }], { limits, list });
    await expect(free.provider.create?.("qt-app-one", free.access)).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
    });
  });
});

describe("a request for an access token", () => {
  it("waits as it is told", async () => {
    const token = { host: "api", path: "/token", client: ["{admin.id}", "{admin.secret}"] };
    const auth = {
      admin: { exchange: "oauth2-client-credentials", token },
      key: { headers: { "X-Key": "{key.secret}" } },
    };
    const { transport } = answering(
      ...[
        { status: 429, retryAfter: "3" },
        { json: { access_token: "t" } },
        { json: { keys: [] } },
      ],
    );
    const { access, slept } = accessWith({ "acme-admin": '{"id":"i","secret":"s"}' });
    expect(await httpProvider(specOf({ auth }), transport).list?.(access)).toEqual([]);
    expect(slept).toContain(3000);
  });
});
