import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { copiesOf } from "../../../lib/rotation/copies.ts";
import { SecretDocument } from "../../../lib/secret/document.ts";
import { Secret } from "../../../lib/secret/secret.ts";

const old = `${randomBytes(9).toString("base64url")}/+&`;

function copies(
  value: object,
  { replaced = [] as readonly string[], by = "another", password = old } = {},
) {
  const current = new SecretDocument("current", new Secret(JSON.stringify(value)));
  const next = current.with(new Map(replaced.map((field) => [field, new Secret(by)])));
  return copiesOf(new Secret(password), current, next);
}

describe("a copy of the old value", () => {
  it.each<[string, object, string]>([
    ["alone", { COPY: old }, "COPY"],
    ["in a URL", { URL: `redis://:${encodeURIComponent(old)}@host/0` }, "URL"],
    ["in a URL that does not encode it", { URL: `redis://:${old}@host/0` }, "URL"],
    ["in Base64", { TOKEN: Buffer.from(old).toString("base64") }, "TOKEN"],
    ["in a sentence", { note: `the password is ${old}, do not tell` }, "note"],
    ["in a nested object", { database: { main: { pass: old } } }, "/database/main/pass"],
    ["in a list", { replicas: ["a", old] }, "/replicas/1"],
    ["in JSON inside a string", { app: JSON.stringify({ password: old }) }, "app"],
    ["under a name with a slash", { "a/b": { c: old } }, "/a~1b/c"],
  ])("is found %s", (_, value, field) => {
    expect(copies({ password: old, ...value }, { replaced: ["password"] })).toEqual([field]);
  });

  it("is not what the rotation itself has replaced or written", () => {
    expect(copies({ password: old }, { replaced: ["password"] })).toEqual([]);
    expect(copies({ previous: "older" }, { replaced: ["previous"], by: old })).toEqual([]);
  });

  it("is found in Base64 without its padding", () => {
    const password = "??>>Pass-w0rd";
    const padded = Buffer.from(password).toString("base64");
    expect(padded).toMatch(/[+/].*==$/);
    expect(copies({ TOKEN: `Basic ${padded.replace("==", "")}` }, { password })).toEqual(["TOKEN"]);
  });

  it.each(["Pass-w0rd-12", "abcdefghijkl", "ABCDEFGHIJKLMNOP"])(
    "that is long is found inside of other texts: %s",
    (password) => {
      expect(copies({ note: `it is ${password}.` }, { password })).toEqual(["note"]);
    },
  );

  it.each(["Passw0r-", "pass-w0rd"])("that has few characters is found alone: %s", (password) => {
    expect(copies({ one: password }, { password })).toEqual(["one"]);
  });

  it.each(["postgres", "POSTGRES", "app", "12345678", "Passw0r"])(
    "is not looked for when it is %s",
    (weak) => {
      expect(copies({ username: weak, URL: `x://${weak}@host` }, { password: weak })).toEqual([]);
    },
  );

  it("that is short is found alone only", () => {
    const password = "Pass-w0rd";
    expect(copies({ one: password, two: `a ${password}` }, { password })).toEqual(["one"]);
  });
});
