import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { httpProvider } from "../../../../lib/rotators/http/provider.ts";
import type { Provider } from "../../../../lib/rotators/key/provider.ts";
import { type Answer, accessWith, answering, partsOf, specOf } from "./acme.ts";
import { HttpsHost } from "./https-host.ts";

const canary = (name: string) => `${name}-${randomBytes(12).toString("hex")}`;

const admin = canary("admin");
const key = canary("key");
const reply = canary("reply");

/** Puts secrets wherever a preset can: headers, queries, paths, bodies. */
const changes = {
  auth: {
    admin: { headers: { Authorization: "Bearer {admin.token}" } },
    key: { basic: ["api", "{key.secret}"] },
  },
  copy: { path: "/copy/{key.secret}", keep: { all: "/all" } },
  create: {
    method: "POST",
    path: "/keys",
    json: { name: "{name}", all: "{copied.all}" },
    result: { id: "/id", secret: "/value" },
  },
  identify: { path: "/lookup", query: { key: "{key.secret}" }, id: "/name" },
  facts: { path: "/me", account: "/account" },
};

const calls: Readonly<
  Record<string, (provider: Provider, at: ReturnType<typeof access>) => unknown>
> = {
  list: (provider, at) => provider.list?.(at),
  create: (provider, at) => provider.create?.("qt-a", at),
  identify: (provider, at) => provider.identify?.(at.current, at),
  probe: (provider, at) => provider.probe(at.current, at),
  facts: (provider, at) => provider.facts?.(at.current, at),
  remove: (provider, at) => provider.remove?.("k1", at),
};

const access = () => ({
  ...accessWith({ "acme-admin": JSON.stringify({ token: admin }) }).access,
  current: partsOf({ secret: key, id: "k1" }),
});

const body = { id: "k2", value: reply, all: reply, message: reply, error: { message: reply } };

const answers: readonly Answer[] = [
  { failed: "ECONNRESET" },
  { status: 200, json: body },
  { status: 200, json: [reply] },
  { status: 200, json: reply },
  { status: 200, text: `<html>${reply}` },
  ...[302, 400, 401, 403, 404, 409, 422, 500].map((status) => ({ status, json: body })),
  { status: 429, json: body, retryAfter: reply },
  { status: 429, json: body, retryAfter: "600" },
];

function requireSilent(what: unknown): void {
  const shown = [
    String(what),
    inspect(what, { depth: 9, showHidden: true }),
    JSON.stringify(what) ?? "",
  ].join("\n");
  for (const secret of [admin, key, reply, Buffer.from(`api:${key}`).toString("base64")])
    expect(shown).not.toContain(secret);
}

describe("no value leaves the engine", () => {
  it.each(Object.keys(calls))("in what %s throws or says", async (name) => {
    let thrown = 0;
    for (const answer of answers) {
      const { transport } = answering(...Array.from({ length: 9 }, () => answer));
      const result = await Promise.resolve(
        calls[name]?.(httpProvider(specOf(changes), transport), access()),
      ).catch((error: unknown) => {
        thrown += 1;
        return error;
      });
      if (name === "facts" || name === "list") requireSilent(result instanceof Error ? result : "");
      else requireSilent(result);
    }
    if (name !== "probe") expect(thrown).toBeGreaterThan(5);
  });

  it("in what the transport says of a request that it cannot send", async () => {
    await using host = await HttpsHost.start((_, response) => response.end("{}"));
    const sent = {
      host: "api.example.com",
      method: "GET",
      path: `/${key} \u0000`,
      headers: { Authorization: `${admin}\n` },
    };
    const answer = await host.transport()(sent, AbortSignal.timeout(5000));
    expect(answer).toHaveProperty("failed");
    requireSilent(answer);
  });
});
