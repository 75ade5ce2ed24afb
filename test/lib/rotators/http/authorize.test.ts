import { createVerify, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { httpProvider } from "../../../../lib/rotators/http/provider.ts";
import { type Answer, accessWith, answering, specOf } from "./acme.ts";

const listed = { json: { keys: [] } };

async function list(
  auth: object,
  secret: string | undefined,
  {
    fields = {},
    replies = [listed] as readonly Answer[],
    hosts = { api: "api.example.com", token: "token.example.com" },
  } = {},
) {
  const { transport, sent } = answering(...replies);
  const { access, read } = accessWith(secret === undefined ? {} : { "acme-admin": secret });
  const changes = { auth: { key: { headers: { X: "{key.secret}" } }, ...auth }, hosts };
  const spec = specOf(changes, { hosts, admin: { secret: "acme-admin", fields } });
  const provider = httpProvider(spec, transport);
  const error = await provider.list?.(access).then(
    () => undefined,
    (thrown) => thrown,
  );
  return { sent, error, read };
}

const twoHeaders = { admin: { headers: { A: "{admin.api_key}", B: "x {admin.app_key}" } } };
const bearer = { admin: { headers: { Authorization: "Bearer {admin.token}" } } };

describe("the administrator", () => {
  it.each<[string, object, string, Record<string, string>, Record<string, string>]>([
    ["several headers", twoHeaders, '{"api_key":"1","app_key":"2"}', {}, { A: "1", B: "x 2" }],
    ["fields of other names", twoHeaders, '{"a":"1","/b":"2"}', { api_key: "a", app_key: "b" }, {}],
    ["plain text", bearer, "tok\n", {}, { Authorization: "Bearer tok" }],
    [
      "Basic",
      { admin: { basic: ["api", "{admin.token}"] } },
      '{"token":"t:ö"}',
      {},
      { Authorization: `Basic ${Buffer.from("api:t:ö").toString("base64")}` },
    ],
  ])("may have %s", async (name, auth, secret, fields, headers) => {
    const { sent, error } = await list(auth, secret, { fields });
    if (name === "fields of other names")
      expect(error).toMatchObject({
        code: "ADMIN_KEY_MISSING",
        message: expect.stringContaining('"b"'),
      });
    else expect(sent[0]?.headers).toMatchObject(headers);
  });

  it.each([
    [undefined, "does not exist or has no AWSCURRENT version"],
    ["{}", 'has no field "token"'],
    ['{"token":""}', 'has no field "token"'],
    ["\n", "is empty"],
  ])("must have a secret: %j", async (secret, problem) => {
    const { sent, error } = await list(bearer, secret);
    expect(error).toMatchObject({
      code: "ADMIN_KEY_MISSING",
      message: expect.stringContaining(`The admin secret acme-admin ${problem}.`),
    });
    expect(sent).toEqual([]);
  });

  it("is read once for all pages of a list, and anew for the next call", async () => {
    const paging = { page: "page" };
    const page = { json: { keys: [{ id: "a", name: "n" }] } };
    const { transport } = answering(page, page, listed, listed);
    const { access, read } = accessWith();
    const changes = { list: { path: "/k", items: "/keys", id: "/id", name: "/name", paging } };
    const provider = httpProvider(specOf(changes), transport);
    await provider.list?.(access);
    await provider.list?.(access);
    expect(read).toEqual(["acme-admin", "acme-admin"]);
  });
});

describe("OAuth 2.0 client credentials", () => {
  const auth = (send?: string) => ({
    admin: {
      exchange: "oauth2-client-credentials",
      token: {
        host: "token",
        path: "/oauth/token",
        client: ["{admin.id}", "{admin.secret}"],
        form: { scope: "keys" },
        ...(send && { send }),
      },
    },
  });
  const secret = '{"id":"me","secret":"a+{name}"}';
  const token = { json: { access_token: "tok", token_type: "Bearer" } };

  it("gets a token by HTTP Basic", async () => {
    const { sent } = await list(auth(), secret, { replies: [token, listed] });
    expect(sent[0]).toMatchObject({
      host: "token.example.com",
      method: "POST",
      path: "/oauth/token",
    });
    const pair = Buffer.from("me:a%2B%7Bname%7D").toString("base64");
    expect(sent[0]?.headers).toMatchObject({ Authorization: `Basic ${pair}` });
    expect(sent[0]?.body?.toString()).toBe("grant_type=client_credentials&scope=keys");
    expect(sent[1]?.headers).toMatchObject({ Authorization: "Bearer tok" });
  });

  it("gets a token by the form", async () => {
    const { sent } = await list(auth("form"), secret, { replies: [token, listed] });
    expect(sent[0]?.headers).not.toHaveProperty("Authorization");
    expect(sent[0]?.body?.toString()).toBe(
      "grant_type=client_credentials&scope=keys&client_id=me&client_secret=a%2B%7Bname%7D",
    );
  });

  it.each([
    [{ status: 401 }, "ADMIN_KEY_REFUSED"],
    [{ status: 400, json: { error: "invalid_client" } }, "ADMIN_KEY_REFUSED"],
    [{ status: 500 }, "PROVIDER_UNAVAILABLE"],
    [{ status: 200, json: {} }, "PROVIDER_UNAVAILABLE"],
    [{ status: 200, text: "<html>" }, "PROVIDER_UNAVAILABLE"],
    [{ failed: "ECONNREFUSED" }, "PROVIDER_UNAVAILABLE"],
  ])("%j is %s", async (reply, code) => {
    const { error, sent } = await list(auth(), secret, { replies: [reply] });
    expect(error).toMatchObject({ code });
    expect(sent).toHaveLength(1);
  });
});

describe("a Google service account", () => {
  const scope = "https://www.googleapis.com/auth/cloud-platform";
  const auth = {
    admin: { exchange: "google-service-account", token: { host: "token", path: "/token" }, scope },
  };
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const file = { client_email: "me@p.iam", private_key_id: "kid1", private_key: privateKey };

  it("signs a JWT for a token, as Google documents it", async () => {
    const replies = [{ json: { access_token: "tok" } }, listed] as const;
    const { sent } = await list(auth, JSON.stringify(file), { replies: [...replies] });
    const form = new URLSearchParams(sent[0]?.body?.toString());
    expect(form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    const [header = "", claims = "", signature = ""] = form.get("assertion")?.split(".") ?? [];
    const parsed = [header, claims].map((part) =>
      JSON.parse(Buffer.from(part, "base64url").toString()),
    );
    const iat = Date.parse("2027-01-01T00:00:00Z") / 1e3;
    expect(parsed).toEqual([
      { alg: "RS256", typ: "JWT", kid: "kid1" },
      { iss: "me@p.iam", scope, aud: "https://token.example.com/token", iat, exp: iat + 600 },
    ]);
    const verify = createVerify("RSA-SHA256").update(`${header}.${claims}`);
    expect(verify.verify(publicKey, signature, "base64url")).toBe(true);
    expect(sent[1]?.headers).toMatchObject({ Authorization: "Bearer tok" });
  });

  it("must have its whole key file, and a key in it", async () => {
    const without = await list(auth, JSON.stringify({ ...file, client_email: undefined }));
    expect(without.error).toMatchObject({
      code: "ADMIN_KEY_MISSING",
      message: expect.stringContaining("client_email"),
    });
    const broken = await list(auth, JSON.stringify({ ...file, private_key: "canary" }));
    expect(broken.error).toMatchObject({ code: "ADMIN_KEY_MISSING" });
    expect(String(broken.error)).not.toContain("canary");
  });
});

describe("headers", () => {
  it("go to the hosts of their side alone, also where a compiled preset says otherwise", async () => {
    const { transport, sent } = answering(listed);
    const { access } = accessWith();
    const spec = specOf();
    const { list } = spec.preset;
    const preset = { ...spec.preset, list: list && { ...list, host: "other" } };
    const hosts = { api: "api.example.com", other: "other.example.com" };
    const provider = httpProvider({ ...spec, preset, hosts }, transport);
    await expect(provider.list?.(access)).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
    expect(sent).toEqual([]);
  });
});
