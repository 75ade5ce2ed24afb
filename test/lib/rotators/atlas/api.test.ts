import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, newPassword } from "../../../contracts/engine.ts";
import { Cast } from "../../../contracts/pair.ts";
import { everyRendering } from "../../../rendering.ts";
import { openAtlasFixture, userOf } from "./fixture.ts";

const fixture = await openAtlasFixture();
const { api, project, engine, sent } = fixture;
afterAll(() => fixture[Symbol.asyncDispose]());
afterEach(() => {
  api.end();
  api.admin = "works";
});

const newCast = () => Cast.on(engine, fixture);
const labelled = (owner: string) => ({ labels: [{ key: "quarterturn", value: owner }] });

/** Requests so far that have this method. */
const count = (method: string) => sent.filter((each) => each.method === method).length;

describe("what Atlas is sent", () => {
  it("is what it publishes: a versioned media type, Basic for the token, then Bearer", async () => {
    const all = await newCast();
    sent.length = 0;
    await all.align(all.pair.clone);
    const headers = sent.map(({ method, path, headers: { Accept, Authorization = "" } }) => [
      `${method} ${path.split("/")[3] ?? ""}`,
      Accept,
      Authorization.split(" ")[0],
    ]);
    const versioned = expect.stringMatching(/^application\/vnd\.atlas\.\d{4}-\d{2}-\d{2}\+json$/);
    expect(headers).toEqual([
      ["POST token", "application/json", "Basic"],
      ["GET v2", versioned, "Bearer"],
      ["GET v2", versioned, "Bearer"],
      ["POST v2", versioned, "Bearer"],
    ]);
    expect(new Set(sent.map(({ host }) => host))).toEqual(new Set(["cloud.mongodb.com"]));
    expect(api.seen.filter(({ mistake }) => mistake)).toEqual([]);
  });

  it("makes the second user like the owner, marked, and follows when the owner changes", async () => {
    const all = await newCast();
    const { owner, clone } = all.pair;
    const scopes = [{ name: "Cluster0", type: "CLUSTER" }];
    const roles = [
      { roleName: "readWrite", databaseName: "app" },
      { roleName: "read", databaseName: "reports", collectionName: "daily" },
    ];
    project.put(userOf(owner, { scopes, roles }));
    await all.align(clone);
    expect(project.find(clone)).toMatchObject({ roles, scopes, ...labelled(owner) });
    project.put(userOf(owner, { roles: roles.slice(0, 1) }));
    await all.align(clone);
    expect(project.find(clone)).toMatchObject({ roles: roles.slice(0, 1), scopes: [] });
  });

  it("keeps what a person wrote on a user", async () => {
    const all = await newCast();
    const labels = [{ key: "team", value: "orders" }];
    project.put(userOf(all.pair.owner, { labels, description: "of the shop" }));
    await all.align(all.pair.owner);
    await all.disable(all.pair.owner);
    expect(project.find(all.pair.owner)).toMatchObject({ labels, description: "of the shop" });
  });

  it("is nothing where an earlier attempt was only not told that it succeeded", async () => {
    const all = await newCast();
    const clone = await all.align(all.pair.clone);
    const before = count("PATCH");
    await all.align(all.pair.clone, clone);
    expect(count("PATCH")).toBe(before);
  });
});

describe("a user that Atlas knows otherwise", () => {
  it.each([
    ["is AWS IAM's", { awsIAMType: "ROLE", databaseName: "$external" }, "AWS IAM"],
    ["has a certificate", { x509Type: "CUSTOMER", databaseName: "$external" }, "X.509"],
    ["is an LDAP group", { ldapAuthType: "GROUP" }, "LDAP"],
    ["is federated", { oidcAuthType: "IDP_GROUP" }, "OIDC"],
    ["is temporary", { deleteAfterDate: "2026-12-06T00:00:00Z" }, "temporary"],
  ])("%s: it is refused, and nothing is changed", async (_, more, problem) => {
    const all = await newCast();
    project.drop(all.pair.owner);
    project.put(userOf(all.pair.owner, more));
    const before = [count("POST") + 1, count("PATCH")];
    await expect(all.align(all.pair.clone)).rejects.toMatchObject({
      code: "PAIR_UNUSABLE",
      happened: expect.stringContaining(problem),
      remedy: expect.stringContaining("SCRAM"),
    });
    expect([count("POST"), count("PATCH")]).toEqual(before);
  });

  it("stands in for somebody else, or has only the same roles: it is foreign", async () => {
    const all = await newCast();
    for (const more of [{}, labelled("another")]) {
      project.put(userOf(all.pair.clone, more), newPassword().reveal());
      await expect(all.align(all.pair.clone)).rejects.toMatchObject({
        code: "CLONE_FOREIGN",
        remedy: expect.stringContaining(`label quarterturn with the value "${all.pair.owner}"`),
      });
    }
    project.put(userOf(all.pair.clone, labelled(all.pair.owner)));
    expect(await all.accepts(await all.align(all.pair.clone))).toBe(true);
  });

  it("is gone: its clone keeps its place, and gives it back", async () => {
    const all = await newCast();
    const { roles } = project.find(all.pair.owner) ?? {};
    const clone = await all.align(all.pair.clone);
    project.drop(all.pair.owner);
    const owner = await all.align(all.pair.owner);
    expect(project.find(all.pair.owner)).toMatchObject({ roles, labels: [] });
    expect([await all.accepts(owner), await all.accepts(clone)]).toEqual([true, true]);
  });
});

describe("open connections", () => {
  it.each(["owner", "clone"] as const)(
    "of the %s lose all rights, and get them back with its turn",
    async (which) => {
      const all = await newCast();
      const clone = await all.align(all.pair.clone);
      const leaked: Login = which === "owner" ? all.owner : clone;
      const { roles } = project.find(leaked.username) ?? {};
      await using application = await fixture.connect(leaked);
      await application.query("CREATE TABLE before");
      await all.disable(leaked.username);
      await application.query("CREATE TABLE between");
      expect(await all.endSessions(leaked.username)).toBe(0);
      await expect(application.query("CREATE TABLE after")).rejects.toMatchObject({ code: 13 });
      expect(await all.accepts(leaked)).toBe(false);
      const again = await all.align(leaked.username);
      expect(project.find(leaked.username)).toMatchObject({ roles });
      await all.requireActsAs(again, which === "owner" ? clone : all.owner);
      // The watcher of the application ends with its rights to look at itself.
      project.drop(leaked.username);
    },
  );

  it("of both lose them: nobody knows their roles any more", async () => {
    const all = await newCast();
    await all.align(all.pair.clone);
    for (const name of [all.pair.clone, all.pair.owner]) await all.endSessions(name);
    await expect(all.align(all.pair.clone)).rejects.toMatchObject({
      code: "PAIR_UNUSABLE",
      happened: expect.stringContaining("lost their roles"),
    });
  });
});

describe("a change", () => {
  it("is waited for, however long the cluster takes", async () => {
    const all = await newCast();
    project.delay = 150;
    const clone = await all.align(all.pair.clone);
    expect(await all.accepts(clone)).toBe(true);
    await all.disable(all.pair.clone);
    expect(await all.accepts(clone)).toBe(false);
    project.delay = 10;
  });

  it("that does not arrive in time is told, and the next attempt goes on", async () => {
    const all = await newCast();
    const held = Promise.withResolvers<void>();
    project.held = held.promise;
    const password = newPassword();
    await expect(all.align(all.pair.clone, { password })).rejects.toMatchObject({
      code: "ATLAS_CHANGE_PENDING",
      retryable: true,
      happened: expect.stringMatching(/127\.0\.0\.1:\d+ did not accept it/),
    });
    held.resolve();
    const clone = await all.align(all.pair.clone, { password });
    expect(await all.accepts(clone)).toBe(true);
  });

  it("ends with the time that is left", async () => {
    const all = await newCast();
    const held = Promise.withResolvers<void>();
    project.held = held.promise;
    const user = { username: all.pair.clone, password: newPassword() };
    const time = new AbortController();
    const aligned = all.do(all.admin, (pairs) => pairs.align(all.pair, user, time.signal));
    aligned.catch(() => {});
    await vi.waitUntil(() => project.find(all.pair.clone));
    time.abort();
    await expect(aligned).rejects.toMatchObject({ code: "DEADLINE" });
    held.resolve();
  });

  it("whose answer is lost has been made: the next attempt takes it up", async () => {
    const all = await newCast();
    api.begin({ is: "lost reply" }, 1);
    const password = newPassword();
    await expect(all.align(all.pair.clone, { password })).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
      retryable: true,
    });
    const before = count("POST");
    const clone = await all.align(all.pair.clone, { password });
    expect(await all.accepts(clone)).toBe(true);
    // The token alone.
    expect(count("POST")).toBe(before + 1);
  });
});

describe("what Atlas refuses is told, with what cures it", () => {
  const failing = async () => {
    const all = await newCast();
    const error: unknown = await all.align(all.pair.clone).catch((thrown: unknown) => thrown);
    expect(everyRendering(error)).not.toContain(all.admin.password.reveal());
    expect(project.find(all.pair.clone)).toBeUndefined();
    return error;
  };

  it("a client secret that is wrong or has expired", async () => {
    const all = await newCast();
    const admin = { ...all.admin, password: new Secret("mdb_sa_sk_old") };
    await expect(all.align(all.pair.clone, { as: admin })).rejects.toMatchObject({
      code: "ADMIN_KEY_REFUSED",
      happened: "MongoDB Atlas does not let production/atlas get an access token.",
      remedy: expect.stringContaining("clientSecret"),
    });
  });

  it.each([
    [
      "a role that is missing",
      403,
      "USER_UNAUTHORIZED",
      "ADMIN_KEY_REFUSED",
      "Project Database Access Admin",
    ],
    [
      "a token that is not taken",
      401,
      "NOT_ORG_GROUP_CREATOR",
      "ADMIN_KEY_REFUSED",
      "Project Database Access Admin",
    ],
    [
      "an address that is not on the access list",
      403,
      "IP_ADDRESS_NOT_ON_ACCESS_LIST",
      "ADMIN_KEY_REFUSED",
      "API access list",
    ],
    [
      "a project that is not there",
      404,
      "GROUP_NOT_FOUND",
      "ATLAS_PROJECT_NOT_FOUND",
      "Correct project in rotation.yml",
    ],
    [
      "a request that it does not take",
      400,
      "VALIDATION_ERROR",
      "DATABASE_FAILED",
      "documentation",
    ],
  ])("%s", async (_, status, errorCode, code, remedy) => {
    const { answer } = api;
    // Not the token.
    api.answer = async (request, url) =>
      url.pathname.startsWith("/api/atlas")
        ? { status, body: { error: status, errorCode, detail: "it quotes the request" } }
        : answer.call(api, request, url);
    const error = await failing();
    api.answer = answer;
    expect(error).toMatchObject({ code, remedy: expect.stringContaining(remedy) });
    expect(everyRendering(error)).not.toContain("quotes");
  });

  it.each([
    ["is down", { is: "down" }, "HTTP 500"],
    ["leads elsewhere", { is: "redirect", to: "https://elsewhere.example/" }, "HTTP 302"],
    ["has a page in its place", { is: "html", status: 200 }, "without a token"],
    ["answers in another form", { is: "another form", of: "everything" }, "without a token"],
  ] as const)("an API that %s", async (_, trouble, happened) => {
    api.begin(trouble);
    expect(await failing()).toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
      retryable: true,
      happened: expect.stringContaining(happened),
      remedy: expect.stringContaining("cloud.mongodb.com"),
    });
  });

  it("a page instead of an answer about users", async () => {
    const { answer } = api;
    api.answer = async (request, url) =>
      url.pathname.startsWith("/api/atlas")
        ? { status: 403, text: "<html>" }
        : answer.call(api, request, url);
    expect(await failing()).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    api.answer = answer;
  });

  it("too many requests: it waits, or leaves it to the next attempt", async () => {
    const all = await newCast();
    // Whatever the test before has left under way is over then.
    await all.align(all.pair.clone);
    api.begin({ is: "rate limit", seconds: 1 }, 1);
    const begun = performance.now();
    expect(await all.accepts(await all.align(all.pair.clone))).toBe(true);
    expect(performance.now() - begun).toBeGreaterThan(990);
    api.begin({ is: "rate limit", seconds: 55 });
    expect(await failing()).toMatchObject({ code: "PROVIDER_BUSY", retryable: true });
  });

  it("an approach that nobody completes asks nothing", async () => {
    const admin = await fixture.newAdmin("app");
    const before = sent.length;
    await using _ = engine.approach(admin, anyTime());
    expect(sent.length).toBe(before);
  });
});
