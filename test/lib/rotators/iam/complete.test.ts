import { expect, it } from "vitest";
import { userName } from "../../../../lib/rotators/iam/spec.ts";
import { keyIn, withKey } from "../../../../lib/rotators/key/key.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { keyOf, specOf } from "./iam-account.ts";

const documentOf = (value: object) =>
  new SecretDocument("AWSCURRENT", new Secret(JSON.stringify(value)));
const next = keyOf("AKIANEW", "new+secret");
const written = (value: object, spec = specOf({ user: "uploads" })) =>
  JSON.parse(withKey(documentOf(value), spec, next).text.reveal());

it("writes the usual fields that the secret has", () => {
  expect(written({ access_key_id: "a", secret_access_key: "b", more: 1 })).toEqual({
    access_key_id: "AKIANEW",
    secret_access_key: "new+secret",
    more: 1,
  });
  expect(written({ AWS_SECRET_ACCESS_KEY: "b", AWS_ACCESS_KEY_ID: "a" })).toEqual({
    AWS_SECRET_ACCESS_KEY: "new+secret",
    AWS_ACCESS_KEY_ID: "AKIANEW",
  });
});

it("takes id and secret from one set of names", () => {
  const both = { AWS_ACCESS_KEY_ID: "other", access_key_id: "a", secret_access_key: "b" };
  const key = keyIn(documentOf(both), specOf({ user: "uploads" }));
  expect(key).toEqual(keyOf("a", "b"));
  expect(written(both)).toMatchObject({ AWS_ACCESS_KEY_ID: "other", access_key_id: "AKIANEW" });
});

it("looks for no usual name where the manifest names a field", () => {
  const spec = specOf({ user: "uploads", fields: { secret: "/aws/secret", id: "/aws/id" } });
  const value = { aws: { id: "a", secret: "b" }, access_key_id: "c", secret_access_key: "d" };
  expect(written(value, spec)).toEqual({ ...value, aws: { id: "AKIANEW", secret: "new+secret" } });
  const missing = () => keyIn(documentOf({ secret_access_key: "d" }), spec);
  expect(missing).toThrow('field "/aws/secret"');
});

it("says which field is missing by its first usual name", () => {
  const spec = specOf({ user: "uploads" });
  expect(() => keyIn(documentOf({ key: "x" }), spec)).toThrow('field "secret_access_key"');
});

it("knows a user by the last part of its path, in every stage", () => {
  const { user } = specOf({ user: `apps/\${stage}/uploads` }, "staging");
  expect(user).toBe("apps/staging/uploads");
  expect(userName({ user })).toBe("uploads");
});
