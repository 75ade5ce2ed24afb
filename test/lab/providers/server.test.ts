import { request } from "node:https";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ProviderDouble } from "../../../lab/providers/double.ts";
import { played } from "../../../lab/providers/played.ts";
import { type ProviderServer, playProviders } from "../../../lab/providers/server.ts";

let server: ProviderServer;
let neon: ProviderDouble;
beforeAll(async () => {
  server = await playProviders(played);
});
beforeEach(() => {
  neon = server.renew("neon");
});
afterAll(() => server[Symbol.asyncDispose]());

const path = "/api/v2/organizations/org-morning-bread-81040908/api_keys";

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly key?: string;
  readonly json?: unknown;
}

async function ask({ json, key, ...asked }: Asked) {
  const host = "console.neon.tech";
  const sent = request({
    ...{ method: "GET", path, ...asked, host: "127.0.0.1", port: server.port, ca: server.ca },
    servername: host,
    headers: {
      host,
      authorization: `Bearer ${key ?? neon.adminSecret["api_key"]}`,
      ...(json !== undefined && { "content-type": "application/json" }),
    },
    agent: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<[number, string, string]>();
  sent.once("error", reject).once("response", async (reply) => {
    const after = String(reply.headers["retry-after"] ?? reply.headers.location ?? "");
    resolve([reply.statusCode ?? 0, await text(reply), after]);
  });
  sent.end(json === undefined ? undefined : JSON.stringify(json));
  return promise;
}

const create = (json: unknown) => ask({ method: "POST", json });

describe("a played provider", () => {
  it("creates, lists, uses and deletes a key", async () => {
    const [status, body] = await create({ key_name: "one" });
    expect(status).toBe(200);
    const { id, key } = JSON.parse(body);
    expect(JSON.parse((await ask({}))[1])).toMatchObject([{ id, name: "one", last_used_at: null }]);
    const use = { path: "/api/v2/projects", key };
    expect((await ask(use))[0]).toBe(200);
    expect((await ask({ method: "DELETE", path: `${path}/${id}` }))[0]).toBe(200);
    expect((await ask({ method: "DELETE", path: `${path}/${id}` }))[0]).toBe(404);
    expect((await ask(use))[0]).toBe(401);
    expect(neon.seen.map(({ status }) => status)).toEqual([200, 200, 200, 200, 404, 401]);
  });

  it("refuses what the published format does not have, and says so to the test", async () => {
    expect((await create({ name: "one" }))[0]).toBe(400);
    expect((await create({ key_name: "one", scope: "all" }))[0]).toBe(400);
    expect((await create({ key_name: "x".repeat(65) }))[0]).toBe(400);
    expect((await create(undefined))[0]).toBe(400);
    expect((await ask({ path: `${path}?limit=1` }))[0]).toBe(400);
    expect((await ask({ path: path.replace("bread", "toast") }))[0]).toBe(404);
    expect((await ask({ path: "/api/v3/api_keys" }))[0]).toBe(404);
    expect(neon.keys.ever).toEqual([]);
    expect(neon.seen.map(({ mistake }) => mistake?.split("\n")[0] ?? "")).toEqual([
      ...[expect.stringContaining("body:"), expect.stringContaining("body:")],
      ...[expect.stringContaining("body:"), expect.stringContaining("body:")],
      ...[expect.stringContaining("query:"), "", "no such operation"],
    ]);
  });

  it("lets keys do what keys may, and the administrator what that may", async () => {
    const { values } = neon.handOut("by hand");
    expect((await ask({ key: values["secret"] ?? "" }))[0]).toBe(403);
    expect((await ask({ path: "/api/v2/projects" }))[0]).toBe(401);
    neon.admin = "refused";
    expect((await ask({}))[0]).toBe(401);
    neon.admin = "forbidden";
    expect((await ask({}))[0]).toBe(403);
  });

  it("has bad days", async () => {
    neon.begin({ is: "down" });
    expect((await ask({}))[0]).toBe(500);
    neon.begin({ is: "html", status: 403 });
    expect(await ask({})).toEqual([403, expect.stringContaining("<html>"), ""]);
    neon.begin({ is: "rate limit", seconds: 7 }, 1);
    expect(await ask({})).toEqual([429, expect.any(String), "7"]);
    expect((await ask({}))[0]).toBe(200);
    neon.begin({ is: "redirect", to: "https://elsewhere.example/" });
    expect(await ask({})).toEqual([302, "", "https://elsewhere.example/"]);
    neon.begin({ is: "error inside" });
    expect(await ask({})).toEqual([200, expect.stringContaining("internal error"), ""]);
  });

  it("loses the reply to a change after the change", async () => {
    neon.begin({ is: "lost reply" });
    expect((await ask({}))[0]).toBe(200);
    await expect(create({ key_name: "one" })).rejects.toThrow("socket hang up");
    expect(neon.keys.all.map(({ name }) => name)).toEqual(["one"]);
    neon.begin({ is: "another form", of: "changes" });
    expect((await create({ key_name: "two" }))[1]).not.toContain("napi_");
    expect(neon.keys.all).toHaveLength(2);
  });
});
