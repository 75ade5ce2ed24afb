import { describe, expect, it } from "vitest";
import { httpProvider } from "../../../../lib/rotators/http/provider.ts";
import type { HttpSpec } from "../../../../lib/rotators/http/spec.ts";
import { keyChecks } from "../../../../lib/rotators/key/checks.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { asker } from "../../../../lib/validation/ask.ts";
import type { CheckedSecret } from "../../../../lib/validation/checks.ts";
import { type Answer, answering, specOf } from "./acme.ts";

const document = (text: string) => new SecretDocument("AWSCURRENT of app", new Secret(text));

async function check(text: string, answers: readonly Answer[], changes: object = {}) {
  const { transport, sent } = answering(...answers);
  const checks = keyChecks({
    provider: (spec: HttpSpec) => httpProvider(spec, transport),
    admin: ({ admin }: HttpSpec) => admin,
    isUserBound: ({ preset }: HttpSpec) => preset.userBound ?? false,
    checkedOn: ({ preset }: HttpSpec) => preset.checked.on,
  });
  const secret: CheckedSecret = {
    name: "app",
    arn: "arn",
    current: document(text),
    isOurs: true,
    async *earlier() {},
    describe: async () => ({ known: undefined }),
    read: async () => new Secret('{"token":"adm"}'),
  };
  const { findings } = await checks.check(
    specOf(changes),
    secret,
    asker(AbortSignal.timeout(5000)),
  );
  return { sent, codes: findings.map(({ severity, code }) => `${severity} ${code}`) };
}

describe("the checks of a key", () => {
  const listed = { json: { keys: [{ id: "k1", name: "qt-a" }] } };

  it("use the key and list all, and change nothing", async () => {
    const { sent, codes } = await check('{"api_key":"s","api_key_id":"k1"}', [{}, listed]);
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /me",
      "GET /teams/red/keys",
    ]);
    expect(codes).toEqual(["note KEYS_COUNTED"]);
  });

  it("tell that what is known of the provider was not checked for a year", async () => {
    const daysAgo = (days: number) => ({
      checked: {
        on: new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10),
        sources: ["https://acme.example/api"],
      },
    });
    const text = '{"api_key":"s","api_key_id":"k1"}';
    const young = await check(text, [{}, listed], daysAgo(364));
    expect(young.codes).toEqual(["note KEYS_COUNTED"]);
    const old = await check(text, [{}, listed], daysAgo(367));
    expect(old.codes).toEqual(["note KEYS_COUNTED", "warning PRESET_OLD"]);
  });

  it("tell what a rotation would end with", async () => {
    const dead = { status: 401, json: { code: "bad_key" } };
    const { codes } = await check('{"api_key":"s","api_key_id":"k1"}', [dead, { status: 403 }], {
      userBound: true,
    });
    expect(codes).toEqual([
      "error KEY_REFUSED",
      "error ADMIN_KEY_REFUSED",
      "warning KEY_BOUND_TO_PERSON",
    ]);
  });

  it("ask nobody about a secret without a key", async () => {
    const { sent, codes } = await check('{"other":"s"}', []);
    expect(sent).toEqual([]);
    expect(codes).toEqual(["error FIELD_MISSING"]);
  });

  it("replace every part of the key, so that copies of it are found", () => {
    const checks = keyChecks({ provider: (spec: HttpSpec) => httpProvider(spec) });
    const current = document('{"api_key":"s","other":"x"}');
    const { name, value, document: replaced } = checks.replaced(specOf(), current, current);
    expect(name).toBe("the key in api_key");
    expect(value.reveal()).toBe("s");
    expect(replaced.text.reveal()).toBe(
      '{"api_key":"replaced","other":"x","api_key_id":"replaced"}',
    );
  });
});
