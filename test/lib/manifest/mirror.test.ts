import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { InvalidManifest } from "../../../lib/manifest/errors.ts";
import { ManifestFolder } from "./manifest-folder.ts";

const folder = await ManifestFolder.make();
afterAll(() => folder[Symbol.dispose]());

/** A manifest with one line for each of these mirrors, of the secrets a, b, … */
const manifest = (...mirrors: string[]) =>
  `secrets:\n${mirrors
    .map((mirror, index) => {
      const name = String.fromCharCode("a".charCodeAt(0) + index);
      return `  ${name}: { strategy: in-place, mirror: ${mirror} }\n`;
    })
    .join("")}`;

const compile = (text: string, stage = "production") => folder.compile(text, { stage }).secrets;

function problems(text: string): string[] {
  try {
    compile(text);
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    const lines = error.message.split("\n");
    return lines.slice(1, -1).map((line) => folder.withoutItsName(line).trim());
  }
  return [];
}

describe("a mirror", () => {
  it("is completed with every default", () => {
    expect(compile(manifest("{ prefix: /clip-it/ }"))["a"]?.mirror).toEqual({
      prefix: "/clip-it/",
      parameters: {},
      overwrite: false,
    });
    expect(
      compile("secrets: { a: { credentials: [{ type: postgres, strategy: in-place }] } }"),
    ).not.toHaveProperty("a.mirror");
  });

  it("takes everything that it may say, with the stage in the names", () => {
    const kmsKey = "arn:aws:kms:eu-central-1:123456789012:key/0f6a1f3e-0000-4000-8000-1234567890ab";
    const text = `{ prefix: "/\${stage}/clip/", parameters: { URL: "/\${stage}/url", K: key }, kmsKey: "${kmsKey}", tier: Advanced, overwrite: true }`;
    expect(compile(`stages: { staging: }\n${manifest(text)}`, "staging")["a"]?.mirror).toEqual({
      prefix: "/staging/clip/",
      parameters: { URL: "/staging/url", K: "key" },
      kmsKey,
      tier: "Advanced",
      overwrite: true,
    });
  });

  it("is as the documentation has it", () => {
    const [, text = ""] =
      /```yaml\n(.*?)```/s.exec(readFileSync("docs/ssm-mirror.md", "utf8")) ?? [];
    const { mirror } = compile(text)["clip-it/production"] ?? {};
    expect(mirror).toEqual({ prefix: "/clip-it/", parameters: {}, overwrite: false });
  });

  it("may lie beside, below and above another secret's", () => {
    const mirrors = ["{ prefix: /app/ }", "{ prefix: /app/db/ }", "{ prefix: /apps/ }"];
    expect(problems(manifest(...mirrors, "{ parameters: { A: /app/db/x/y, B: /other } }"))).toEqual(
      [],
    );
  });
});

describe("a bad mirror", () => {
  it.each([
    [
      "of nothing",
      "{}",
      "secrets.a.mirror: mirrors nothing: add prefix (/app/) for every field, or parameters for some",
    ],
    [
      "that is a text",
      "/clip-it/",
      /^secrets\.a\.mirror: must be a mapping, like \{ prefix: \/clip-it\/ \}, not "\/clip-it\/"$/,
    ],
    ["with an unknown key", "{ path: /clip-it/ }", /^secrets\.a\.mirror\.path: unknown key "path"/],
    [
      "with a path that does not end",
      "{ prefix: /clip-it }",
      "secrets.a.mirror.prefix: must begin and end with a slash, like /clip-it/",
    ],
    [
      "with a path that does not begin",
      "{ prefix: clip-it/ }",
      /prefix: must begin and end with a slash/,
    ],
    ["with the root for a path", "{ prefix: / }", /prefix: must begin and end with a slash/],
    [
      "with a hole in its path",
      "{ prefix: /a//b/ }",
      /prefix: "\/a\/\/b\/" .*empty part between slashes/,
    ],
    ["below AWS's own path", "{ prefix: /aws/app/ }", /prefix: .*begins with aws or ssm/],
    ["with a variable that is none", `{ prefix: "/\${env}/" }`, /prefix: .*contains "\$"/],
    [
      "to a name with a space",
      '{ parameters: { A: "/a b" } }',
      `secrets.a.mirror.parameters.A: "/a b" contains " ": only letters, digits and . - _ / are allowed`,
    ],
    ["to a name with a version", "{ parameters: { A: '/a:1' } }", /parameters\.A: .*contains ":"/],
    [
      "to a name of AWS",
      "{ parameters: { A: SSM-key } }",
      /parameters\.A: .*begins with aws or ssm/,
    ],
    ["to half a path", "{ parameters: { A: app/key } }", /parameters\.A: .*does not begin with \//],
    ["to an empty name", "{ parameters: { A: '' } }", /parameters\.A: "" is empty/],
    [
      "to a name that ends with a slash",
      "{ parameters: { A: /a/ } }",
      /parameters\.A: .*empty part/,
    ],
    [
      "to a name that is too deep",
      `{ parameters: { A: ${"/x".repeat(16)} } }`,
      /parameters\.A: .*deeper than 15 levels/,
    ],
    [
      "to a name that is too long",
      `{ parameters: { A: /${"x".repeat(1000)} } }`,
      /parameters\.A: .*longer than 940/,
    ],
    [
      "of a field without a name",
      "{ parameters: { '': /a } }",
      /parameters\.: .*must name a field|Invalid key/,
    ],
    [
      "of two fields to one parameter",
      "{ parameters: { A: /a, B: /a } }",
      "secrets.a.mirror.parameters.B: /a already holds A: name another parameter",
    ],
    [
      "of two fields to one parameter, written otherwise",
      "{ parameters: { A: /a, B: a } }",
      /parameters\.B: a already holds A/,
    ],
    [
      "with an alias for a key",
      "{ prefix: /a/, kmsKey: alias/app }",
      /kmsKey: must be the ARN of a KMS key/,
    ],
    [
      "with an unknown tier",
      "{ prefix: /a/, tier: standard }",
      /tier: must be one of Standard, Advanced, Intelligent-Tiering, not "standard"/,
    ],
    [
      "with a word for overwrite",
      "{ prefix: /a/, overwrite: sometimes }",
      /overwrite: must be true or false, not "sometimes"/,
    ],
  ])("%s", (_what, mirror, expected) => {
    const [found = "", ...more] = problems(manifest(mirror));
    expect(more).toEqual([]);
    const [, at, text = ""] = /^(rotation\.yml:2): (.*)$/.exec(found) ?? [];
    expect(at, found).toBeDefined();
    if (typeof expected === "string") expect(text).toBe(expected);
    else expect(text).toMatch(expected);
  });

  it.each([
    [
      "the same path",
      ["{ prefix: /app/ }", "{ prefix: /app/ }"],
      "prefix: /app/ is already the prefix of a: choose another path",
    ],
    [
      "the same parameter",
      ["{ parameters: { A: /x } }", "{ parameters: { B: /x } }"],
      "parameters.B: /x belongs to a: name another parameter",
    ],
    [
      "a parameter below the other's path",
      ["{ prefix: /app/ }", "{ parameters: { B: /app/x } }"],
      "parameters.B: /app/x belongs to a: name another parameter",
    ],
    [
      "a path above the other's parameter",
      ["{ parameters: { A: /app/x } }", "{ prefix: /app/ }"],
      "prefix: /app/x, which belongs to a, is below it: choose another path",
    ],
  ])("of two secrets: %s", (_what, mirrors, expected) => {
    expect(problems(manifest(...mirrors))).toEqual([
      `rotation.yml:3: secrets.b.mirror.${expected}`,
    ]);
  });
});
