import { describe, expect, it } from "vitest";
import { httpProvider } from "../../../../lib/rotators/http/provider.ts";
import type { KeyParts } from "../../../../lib/rotators/key/provider.ts";
import { type Answer, accessWith, answering, partsOf, specOf } from "./acme.ts";

type Replies = readonly Answer[];

function providerWith(
  replies: Replies,
  changes: object = {},
  more: Parameters<typeof specOf>[1] = {},
) {
  const { transport, sent } = answering(...replies);
  return { ...accessWith(), sent, provider: httpProvider(specOf(changes, more), transport) };
}

const revealed = (parts: KeyParts | undefined) =>
  Object.fromEntries([...(parts ?? [])].map(([part, value]) => [part, value.reveal()]));

const bodyOf = ({ body }: { body?: Buffer | undefined }) => JSON.parse(body?.toString() ?? "null");

describe("create", () => {
  const made = { status: 201, json: { key: { id: "k2", value: "v2" } } };

  it("sends the preset's request with the administrator's headers, and reads id and secret", async () => {
    const { provider, access, sent, read } = providerWith([made]);
    expect(revealed(await provider.create?.("qt-a", access))).toEqual({ id: "k2", secret: "v2" });
    const [request] = sent;
    expect(request).toMatchObject({
      host: "api.example.com",
      method: "POST",
      path: "/teams/red/keys",
    });
    expect(request?.headers).toMatchObject({
      Authorization: "Bearer adm",
      "User-Agent": "quarterturn",
    });
    // The label is not in the manifest, so it is left out.
    expect(request && bodyOf(request)).toEqual({ name: "qt-a", count: 3 });
    expect(read).toEqual(["acme-admin"]);
  });

  it("waits when asked to, by seconds or a date", async () => {
    const date = new Date("2027-01-01T00:00:10Z").toUTCString();
    const { provider, access, slept } = providerWith([
      { status: 429, retryAfter: "3" },
      { status: 429, retryAfter: date },
      { status: 429 },
      made,
    ]);
    await provider.create?.("qt-a", access);
    expect(slept.filter((ms) => ms > 20)).toEqual([3000, 7000, 5000]);
  });

  it.each([
    [{ status: 429, retryAfter: "120" }, "PROVIDER_BUSY", "asks to wait 120 s"],
    [{ status: 401 }, "ADMIN_KEY_REFUSED", "Acme does not let acme-admin create keys."],
    [{ status: 403 }, "ADMIN_KEY_REFUSED", "Acme does not let acme-admin create keys."],
    [{ status: 422 }, "PROVIDER_UNAVAILABLE", "POST /teams/{param.team}/keys answered HTTP 422"],
    [{ status: 302 }, "PROVIDER_UNAVAILABLE", "answered HTTP 302"],
    [{ status: 502 }, "PROVIDER_UNAVAILABLE", "answered HTTP 502"],
    [{ status: 201, text: "<html>" }, "PROVIDER_UNAVAILABLE", "HTTP 201, and not in JSON"],
    [{ failed: "ECONNRESET" }, "PROVIDER_UNAVAILABLE", "keys: ECONNRESET"],
  ])("%j is %s", async (reply, code, message) => {
    const { provider, access } = providerWith([reply]);
    const error = await provider.create?.("qt-a", access).catch((thrown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it("is full by the preset's rule, and by the number of keys where the provider gives the same refusal", async () => {
    const keys = { json: { keys: [{ id: "a", name: "mine" }, { id: "b" }] } };
    const limits = { maxKeys: 2, full: [{ status: 409, pointer: "/code", equals: "full" }] };
    for (const refusal of [{ status: 409, json: { code: "full" } }, { status: 403 }]) {
      const { provider, access } = providerWith([refusal, keys], { limits });
      const error = await provider.create?.("qt-a", access).catch((thrown) => thrown);
      expect(error).toMatchObject({
        code: "KEYS_FULL",
        message: expect.stringContaining("mine (a), b"),
      });
    }
    const { provider, access } = providerWith([{ status: 403 }, { json: { keys: [] } }], {
      limits,
    });
    await expect(provider.create?.("qt-a", access)).rejects.toMatchObject({
      code: "ADMIN_KEY_REFUSED",
    });
  });

  const copying = {
    copy: {
      path: "/keys/{old.id}",
      keep: { rights: ["/rights", "/key/rights"] },
      else: { rights: "{param.label}" },
    },
    create: {
      method: "POST",
      path: "/keys",
      json: { name: "{name}", rights: "{copied.rights}" },
      result: { id: "/id", secret: "/value" },
    },
  };

  it("takes over the rights of the key of AWSCURRENT, as they are", async () => {
    const { provider, access, sent } = providerWith(
      [{ json: { key: { rights: ["read", { all: true }] } } }, { json: { id: 7, value: "v" } }],
      copying,
    );
    expect(revealed(await provider.create?.("qt-a", access))).toEqual({ id: "7", secret: "v" });
    expect(sent.map(({ path }) => path)).toEqual(["/keys/k1", "/keys"]);
    expect(sent[1] && bodyOf(sent[1])).toEqual({ name: "qt-a", rights: ["read", { all: true }] });
  });

  it("creates no key without the rights: they come from the manifest where the old key is gone, or not at all", async () => {
    const gone = { status: 404 };
    const { provider, access } = providerWith([gone], copying);
    await expect(provider.create?.("qt-a", access)).rejects.toMatchObject({
      code: "KEY_INCOMPLETE",
    });
    const said = providerWith([gone, { json: { id: "k", value: "v" } }], copying, {
      params: { team: "red", label: "read" },
    });
    await said.provider.create?.("qt-a", said.access);
    expect(said.sent[1] && bodyOf(said.sent[1])).toEqual({ name: "qt-a", rights: "read" });
  });

  const begun = {
    create: {
      method: "POST",
      path: "/keys",
      query: { keyId: "{name}" },
      exists: { when: 409, id: "projects/p/keys/{name}" },
      result: {},
    },
    operation: {
      path: "/ops/{+reply./name}",
      done: "/done",
      error: "/error",
      result: { id: "/response/name" },
      every: "2s",
      within: "5s",
    },
    reveal: { path: "/{+new.id}/keyString", result: { secret: "/keyString" } },
  };

  it("waits for an operation, and reads the secret by a second call", async () => {
    const { provider, access, sent } = providerWith(
      [
        { json: { name: "operations/o 1" } },
        { json: { done: false } },
        { json: { done: true, response: { name: "projects/p/keys/k" } } },
        { json: { keyString: "AIza" } },
      ],
      begun,
    );
    expect(revealed(await provider.create?.("qt-a", access))).toEqual({
      id: "projects/p/keys/k",
      secret: "AIza",
    });
    expect(sent.map(({ path }) => path)).toEqual([
      "/keys?keyId=qt-a",
      "/ops/operations/o%201",
      "/ops/operations/o%201",
      "/projects/p/keys/k/keyString",
    ]);
  });

  it("takes a key of this very name over", async () => {
    const { provider, access, sent } = providerWith(
      [{ status: 409 }, { json: { keyString: "AIza" } }],
      begun,
    );
    expect(revealed(await provider.create?.("qt-a", access))).toEqual({
      id: "projects/p/keys/qt-a",
      secret: "AIza",
    });
    expect(sent[1]?.path).toBe("/projects/p/keys/qt-a/keyString");
  });

  it.each([
    ["fails", [{ json: { done: true, error: { code: 7 } } }]],
    ["does not end", [{}, {}, {}, {}]],
  ])("gives no key when an operation %s", async (_, states) => {
    const { provider, access } = providerWith([{ json: { name: "o" } }, ...states], begun);
    await expect(provider.create?.("qt-a", access)).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
    });
  });

  it("fills in when the new key ends, and for how long the old one works on", async () => {
    const create = {
      method: "POST",
      path: "/keys",
      form: {
        iso: "{expires.iso}",
        date: "{expires.date}",
        unix: "{expires.unix}",
        grace: "{grace.hours}",
      },
      result: { id: "/id", secret: "/value" },
    };
    const changes = {
      create,
      kind: "roll-with-grace",
      grace: { default: "48h", max: "7d" },
      expiry: {},
    };
    const { traits } = specOf();
    const spans = { traits: { ...traits, endsOldAfter: 48 * 3600e3, expiresAfter: 24 * 3600e3 } };
    for (const [leaked, hours] of [
      [false, "48"],
      [true, "0"],
    ] as const) {
      const { provider, access, sent } = providerWith(
        [{ json: { id: "k", value: "v" } }],
        changes,
        spans,
      );
      expect(provider.traits.endsOldAfter).toBe(48 * 3600e3);
      await provider.create?.("qt-a", { ...access, leaked });
      expect(sent[0]?.body?.toString()).toBe(
        `iso=2027-01-02T00%3A00%3A00Z&date=2027-01-02&unix=1798848000&grace=${hours}`,
      );
    }
  });

  it("sends multipart/form-data", async () => {
    const create = {
      method: "POST",
      path: "/keys",
      multipart: { role: "sending", description: "{name}", none: "{param.label}" },
      result: { id: "/id", secret: "/value" },
    };
    const { provider, access, sent } = providerWith([{ json: { id: "k", value: "v" } }], {
      create,
    });
    await provider.create?.("qt-a", access);
    const [, boundary] =
      /^multipart\/form-data; boundary=(\S+)$/.exec(sent[0]?.headers["Content-Type"] ?? "") ?? [];
    const part = (name: string, value: string) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    expect(sent[0]?.body?.toString()).toBe(
      `${part("role", "sending")}${part("description", "qt-a")}--${boundary}--\r\n`,
    );
  });
});

describe("a key whose id has several parts", () => {
  const account = { account: "/account", key: "/key/id" };
  const changes = {
    create: { method: "POST", path: "/keys", result: { id: account, secret: "/key/value" } },
    list: { path: "/keys", items: "/keys", id: account, name: "/name" },
    retire: { remove: { method: "DELETE", path: "/accounts/{old.account}/keys/{old.key}" } },
  };

  it("has the same id when created and when listed, and is deleted by the parts", async () => {
    const key = { account: "a/1", key: { id: "k&2", value: "v" }, name: "n" };
    const { provider, access, sent } = providerWith(
      [{ json: key }, { json: { keys: [key] } }, {}],
      changes,
    );
    const created = revealed(await provider.create?.("qt-a", access));
    expect(created["id"]).toBe("account=a%2F1&key=k%262");
    expect(await provider.list?.(access)).toMatchObject([{ id: created["id"], name: "n" }]);
    await provider.remove?.(created["id"] ?? "", access);
    expect(sent[2]?.path).toBe("/accounts/a%2F1/keys/k%262");
  });
});

describe("probe", () => {
  it.each([
    [{ status: 200 }, { is: "alive" }],
    [{ status: 403 }, { is: "restricted" }],
    [{ status: 401, json: { code: "bad_key" } }, { is: "dead" }],
    [
      { status: 401, json: { code: "blocked" } },
      { is: "unknown", why: "GET /me answered HTTP 401" },
    ],
    [{ status: 401 }, { is: "unknown", why: "GET /me answered HTTP 401" }],
    [{ status: 404 }, { is: "unknown", why: "GET /me answered HTTP 404" }],
    [{ status: 500 }, { is: "unknown", why: "GET /me answered HTTP 500" }],
    [{ status: 301 }, { is: "unknown", why: "GET /me answered HTTP 301" }],
    [
      { status: 200, text: "<html>" },
      { is: "unknown", why: "GET /me answered HTTP 200, and not in JSON" },
    ],
    [
      { status: 403, text: "<html>" },
      { is: "unknown", why: "GET /me answered HTTP 403, and not in JSON" },
    ],
    [
      { status: 429, retryAfter: "9" },
      { is: "wait", ms: 9000 },
    ],
    [{ failed: "ENOTFOUND" }, { is: "unknown", why: "GET /me: ENOTFOUND" }],
  ])("%j is %j", async (reply, outcome) => {
    const { provider, access, sent, read } = providerWith([reply]);
    expect(await provider.probe(partsOf({ secret: "s" }), access)).toEqual(outcome);
    expect(sent[0]?.headers).toMatchObject({ "X-Key": "s" });
    expect(sent[0]?.headers).not.toHaveProperty("Authorization");
    expect(read).toEqual([]);
  });

  it("can be the administrator's, by the id", async () => {
    const probe = {
      as: "admin",
      path: "/keys/{old.id}",
      rules: [
        { when: { status: 200, pointer: "/isActive", equals: true }, is: "alive" },
        { when: 404, is: "dead" },
      ],
      alive: { within: "60s", times: 1 },
      dead: { within: "0s", times: 1, every: "1s" },
    };
    const { provider, access, sent } = providerWith(
      [{ json: { isActive: true } }, { status: 404 }, { json: { isActive: false } }],
      { probe, identify: { pattern: "^(\\w+)@" } },
    );
    expect(await provider.probe(partsOf({ secret: "k9@host" }), access)).toEqual({ is: "alive" });
    expect(await provider.probe(partsOf({ secret: "s", id: "k7" }), access)).toEqual({
      is: "dead",
    });
    expect((await provider.probe(partsOf({ secret: "s", id: "k7" }), access)).is).toBe("unknown");
    expect(sent.map(({ path }) => path)).toEqual(["/keys/k9", "/keys/k7", "/keys/k7"]);
  });
});

describe("roll", () => {
  it("is the call of a provider that replaces its key", async () => {
    const create = {
      as: "key",
      method: "POST",
      path: "/rotate",
      result: { secret: "/instances/[id=two]/key" },
    };
    const instances = ["one", "two"].map((id) => ({ id, key: `k-${id}` }));
    const { provider, access, sent } = providerWith([{ json: { instances } }], {
      kind: "roll",
      create,
    });
    expect(revealed(await provider.roll?.(access))).toEqual({ secret: "k-two" });
    expect(sent[0]?.headers).toMatchObject({ "X-Key": "cur" });
    expect(provider.create).toBeUndefined();
  });
});

describe("retiring", () => {
  it("deletes, and one that is gone is deleted", async () => {
    const { provider, access, sent } = providerWith([
      { status: 204 },
      { status: 404 },
      { status: 409 },
    ]);
    await provider.remove?.("a/../b?c", access);
    await provider.remove?.("k", access);
    await expect(provider.remove?.("k", access)).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
    });
    expect(sent[0]).toMatchObject({ method: "DELETE", path: "/keys/a%2F..%2Fb%3Fc" });
  });

  it.each(["", ".", "..", "k\ud800"])("sends nothing for the id %j", async (id) => {
    const { provider, access, sent } = providerWith([]);
    await expect(provider.remove?.(id, access)).rejects.toMatchObject({ code: "KEY_INCOMPLETE" });
    expect(sent).toEqual([]);
  });

  it("disables with what the key has", async () => {
    const changes = {
      copy: { path: "/keys/{old.id}", keep: { policies: "/policies" } },
      retire: {
        disable: {
          for: "7d",
          method: "PUT",
          path: "/keys/{old.id}",
          json: { status: "disabled", policies: "{copied.policies}" },
        },
      },
    };
    const { provider, access, sent } = providerWith(
      [{ json: { policies: [1] } }, {}, { status: 404 }],
      changes,
    );
    await provider.disable?.("k1", access);
    await provider.disable?.("k1", access);
    expect(sent[1] && bodyOf(sent[1])).toEqual({ status: "disabled", policies: [1] });
    expect(provider.remove).toBeUndefined();
    expect(provider.traits.disabledFor).toBe(7 * 86_400e3);
  });

  it("succeeds by what the reply lists", async () => {
    const success = { status: 200, pointer: ["/invalidated", "/previously"], contains: "{old.id}" };
    const remove = { method: "DELETE", path: "/keys", json: { ids: ["{old.id}"] }, ok: [success] };
    const { provider, access } = providerWith(
      [{ json: { invalidated: ["k1"] } }, { json: { invalidated: [], error_count: 1 } }],
      { retire: { remove } },
    );
    await provider.remove?.("k1", access);
    await expect(provider.remove?.("k1", access)).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
    });
  });
});

describe("what a provider tells of a key", () => {
  it("is compared as text, in whatever order it is listed", async () => {
    const facts = { path: "/me", account: "/owner", rights: "/scopes" };
    const { provider, access } = providerWith(
      [{ json: { owner: "red", scopes: ["b", "a"] } }, { json: { owner: 7, scopes: { a: 1 } } }],
      { facts },
    );
    const key = partsOf({ secret: "s" });
    expect(await provider.facts?.(key, access)).toEqual({ account: "red", rights: "a, b" });
    expect(await provider.facts?.(key, access)).toEqual({ account: "7", rights: '{"a":1}' });
  });

  it("can be its id, by a request", async () => {
    const identify = {
      path: "/lookup",
      query: { key: "{key.secret}" },
      id: "/name",
      unknown: [404],
    };
    const { provider, access, sent } = providerWith(
      [{ json: { name: "k" } }, { status: 404 }, {}],
      { identify },
    );
    const key = partsOf({ secret: "a&b" });
    expect(await provider.identify?.(key, access)).toBe("k");
    expect(await provider.identify?.(key, access)).toBeUndefined();
    expect(await provider.identify?.(key, access)).toBeUndefined();
    expect(sent[0]?.path).toBe("/lookup?key=a%26b");
  });
});

describe("a provider", () => {
  it("without an administrator is asked by the key of AWSCURRENT", async () => {
    const { provider, access, sent, read } = providerWith(
      [{ status: 204 }, { status: 401 }],
      { admin: { needs: "nothing", self: true } },
      { admin: undefined },
    );
    await provider.remove?.("k0", access);
    expect(sent[0]?.headers).toMatchObject({ "X-Key": "cur" });
    expect(read).toEqual([]);
    await expect(provider.remove?.("k0", access)).rejects.toMatchObject({
      code: "ADMIN_KEY_REFUSED",
      message: expect.stringContaining("the key of AWSCURRENT"),
    });
  });

  it("has one list for the same administrator, host and parameters", () => {
    const scope = (more: Parameters<typeof specOf>[1]) =>
      httpProvider(specOf({}, more), answering().transport).scope;
    expect(scope({})).toBe(scope({ params: { team: "red", label: "x" } }));
    expect(scope({})).not.toBe(scope({ params: { team: "blue" } }));
    expect(scope({})).not.toBe(scope({ admin: { secret: "other", fields: {} } }));
  });

  it("is asked no more often than it allows", async () => {
    const { provider, access, slept } = providerWith([{}, {}, {}], { limits: { perSecond: 2 } });
    for (let count = 0; count < 3; count += 1)
      await provider.probe(partsOf({ secret: "s" }), access);
    expect(slept).toEqual([500, 500]);
  });
});
