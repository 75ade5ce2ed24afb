import { describe, expect, it } from "vitest";
import type { MirrorSpec } from "../../../lib/manifest/manifest.ts";
import { wantedParameters } from "../../../lib/mirror/wanted.ts";
import { SecretDocument } from "../../../lib/secret/document.ts";
import { Secret } from "../../../lib/secret/secret.ts";

const prefix = "/clip-it/";
function wanted(text: object | string, spec: Partial<MirrorSpec> = { prefix }) {
  const json = typeof text === "string" ? text : JSON.stringify(text);
  const document = new SecretDocument("AWSCURRENT of clip-it", new Secret(json));
  const found = wantedParameters(document, { parameters: {}, overwrite: false, ...spec });
  return Object.fromEntries(found.map(({ parameter, value }) => [parameter, value.reveal()]));
}

describe("the parameters of a document", () => {
  it("are one for each field with a filled-in string or number, below a prefix", () => {
    const text = `{ "JWT_SECRET_KEY": "a \\"key\\"\\n", "PORT": 5432.00, "EMPTY": "", "FLAG": true,
      "NOTHING": null, "LIST": ["x"], "NESTED": { "KEY": "x" } }`;
    expect(wanted(text)).toEqual({
      "/clip-it/jwt-secret-key": 'a "key"\n',
      "/clip-it/port": "5432.00",
    });
  });

  it("are those that are named, which wins over the prefix", () => {
    const parameters = { MONGODB_URL: "/mongo" };
    const text = { MONGODB_URL: "u", OTHER: "o" };
    expect(wanted(text, { parameters })).toEqual({ "/mongo": "u" });
    expect(wanted(text, { parameters, prefix })).toEqual({ "/mongo": "u", "/clip-it/other": "o" });
  });

  it("are no larger than their tier takes", () => {
    const [long, longer] = [{ A: "x".repeat(4097) }, { A: "x".repeat(8193) }];
    const refused = expect.objectContaining({ code: "FIELD_NOT_MIRRORED" });
    expect(() => wanted(long, { prefix, tier: "Standard" })).toThrow(refused);
    expect(Object.keys(wanted(long, { prefix, tier: "Advanced" }))).toHaveLength(1);
    expect(() => wanted(longer, { prefix, tier: "Intelligent-Tiering" })).toThrow(refused);
    expect(() => wanted(longer)).toThrow(/has 8193 characters, 8192 are allowed/);
  });

  it.each([
    ["missing", {}, "it is missing"],
    ["empty", { KEY: "" }, "empty"],
    ["an object", { KEY: { a: 1 } }, "not a string or number"],
  ])("cannot be of a named field that is %s", (_what, text, problem) => {
    const of = () => wanted(text, { parameters: { KEY: "/key" } });
    expect(of).toThrow(expect.objectContaining({ code: "FIELD_NOT_MIRRORED" }));
    expect(of).toThrow(problem);
    expect(of).toThrow('AWSCURRENT of clip-it: the field "KEY" cannot be mirrored');
  });

  it.each([
    [
      "two fields of one parameter",
      { A_B: "canary", "a-b": "canary" },
      /"A_B" goes to \/clip-it\/a-b as well/,
    ],
    ["a field whose parameter's name has a space", { "a b": "canary" }, /contains " "/],
    ["a field whose parameter's name has a colon", { "a:1": "canary" }, /contains ":"/],
    [
      "a field whose parameter would lie deeper",
      { "db/URL": "canary" },
      /\/clip-it\/db\/url lies deeper than \/clip-it\//,
    ],
    ["a field that is there twice", '{ "A": "canary", "A": "canary" }', /there only once/],
  ])("are refused: %s", (_what, text, problem) => {
    const of = () => wanted(text);
    expect(of).toThrow(problem);
    expect(of).not.toThrow("canary");
  });
});
