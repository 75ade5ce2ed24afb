import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SecretDocument } from "../../../lib/secret/document.ts";
import { Secret } from "../../../lib/secret/secret.ts";

const document = (text: string) => new SecretDocument("AWSCURRENT of app", new Secret(text));
const replace = (text: string, values: Record<string, string>) =>
  document(text)
    .with(new Map(Object.entries(values).map(([field, value]) => [field, new Secret(value)])))
    .text.reveal();

/** White space that JSON allows between any two tokens. */
const space = fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r"), maxLength: 3 });

/** A string as somebody may have written it: some characters escaped that need not be. */
const writtenString = fc
  .array(fc.tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }), fc.boolean()))
  .map((units) => {
    const escaped = (text: string) =>
      [...Array(text.length).keys()]
        .map((index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`)
        .join("");
    return `"${units.map(([text, isEscaped]) => (isEscaped ? escaped(text) : JSON.stringify(text).slice(1, -1))).join("")}"`;
  });

/** Numbers that JSON.parse and JSON.stringify would not give back as they were. */
const writtenNumber = fc.oneof(
  fc.constantFrom("1.0", "-0", "1E5", "1e+05", "0.10", "5432", "9007199254740993"),
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String),
);

const { value: writtenValue } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    writtenString,
    writtenNumber,
    fc.constantFrom("true", "false", "null"),
    fc
      .array(fc.tuple(space, tie("value"), space), { maxLength: 3 })
      .map((items) => `[${items.map((parts) => parts.join("")).join(",")}]`),
    fc
      .array(fc.tuple(space, writtenString, space, tie("value")), { maxLength: 3 })
      .map((items) => `{${items.map(([s, key, t, item]) => `${s + key + t}:${item}`).join(",")}}`),
  ),
}));

/** Fields in any order around two that are replaced, with unrelated ones that may repeat. */
const written = fc
  .record({
    before: fc.array(fc.tuple(fc.constantFrom('"a"', '"b"', '"PASSWORD"'), writtenValue)),
    between: fc.array(fc.tuple(fc.constantFrom('"a"', '"p.assword"'), writtenValue)),
    old: fc.tuple(writtenString, fc.oneof(writtenString, writtenNumber)),
    key: fc.constantFrom('"password"', '"p\\u0061ssword"'),
    spaces: fc.tuple(space, space, space, space, space, space),
  })
  .map(({ before, between, old, key, spaces: [s, t, u, v, w, x] }) => {
    const fields = (list: [string, string][]) => list.map(([k, val]) => `${k}${t}:${u}${val}`);
    return (password: string, user: string) => {
      const all = [
        ...fields(before),
        `${key}${v}:${w}${password}`,
        ...fields(between),
        `"user":${user}`,
      ];
      return { text: `${s}{${all.join(`${x},${t}`)}${v}}${w}`, old };
    };
  });

describe("a document whose fields are replaced", () => {
  it("keeps everything else byte for byte", () => {
    fc.assert(
      fc.property(written, fc.string({ unit: "binary" }), fc.string(), (render, one, two) => {
        const [oldPassword, oldUser] = render("", "").old;
        const { text } = render(oldPassword, oldUser);
        const expected = render(JSON.stringify(one), JSON.stringify(two)).text;
        expect(replace(text, { user: two, password: one })).toBe(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(written, (render) => {
        const [password] = render("", "").old;
        const { text } = render(password, '"u"');
        const parsed = JSON.parse(text);
        expect(document(text).read("password")).toBe(parsed.password);
        expect(document(replace(text, { password: "x\u2028\ud800" })).read("password")).toBe(
          "x\u2028\ud800",
        );
      }),
      { numRuns: 100 },
    );
  });

  it("keeps a port that is a string a string, and a number a number as it was written", () => {
    const text = '{ "port": "5432", "size": 1.0, "id": 12345678901234567890,\n\t"password": "a" }';
    expect(replace(text, { password: "b" })).toBe(text.replace('"a"', '"b"'));
    expect(document(text).read("port")).toBe("5432");
    expect(document(text).read("id")).toBe("12345678901234567890");
  });

  it("keeps unrelated fields that stand there twice", () => {
    const text = '{"note":1,"password":"a","note":2}';
    expect(replace(text, { password: "b" })).toBe('{"note":1,"password":"b","note":2}');
  });

  it("replaces fields of the outer object only", () => {
    const text = '{"old":{"password":"x"},"list":[{"password":"y"}],"password":"a"}';
    expect(replace(text, { password: "b" })).toBe(text.replace('"a"', '"b"'));
  });

  it("leaves the first document as it was", () => {
    const first = document('{"password":"a"}');
    first.with(new Map([["password", new Secret("b")]]));
    expect(first.read("password")).toBe("a");
  });
});

describe("a text that is no JSON object is refused", () => {
  it.each([
    ["an empty text", ""],
    ["plain text", "hunter2"],
    ["a string", '"text"'],
    ["a number", "5"],
    ["null", "null"],
    ["an array", '[{"password":"a"}]'],
    ["a line comment", '{"password":"a"} // x'],
    ["a block comment", '{/* x */"password":"a"}'],
    ["a trailing comma", '{"password":"a",}'],
    ["a missing comma", '{"user":"a" "password":"a"}'],
    ["single quotes", "{'password':'a'}"],
    ["an unquoted key", '{password:"a"}'],
    ["an object cut short", '{"password":"a"'],
    ["a string cut short", '{"password":"a'],
    ["two objects", '{"password":"a"}{"password":"b"}'],
    ["a byte order mark", '\ufeff{"password":"a"}'],
    ["a raw line break in a string", '{"password":"a\nb"}'],
    ["an unknown escape", '{"password":"\\x41"}'],
    ["a leading zero", '{"port":05432,"password":"a"}'],
    ["a colon too many", '{"password"::"a"}'],
    ["a hexadecimal number", '{"port":0x10,"password":"a"}'],
  ])("%s", (_, text) => {
    expect(() => JSON.parse(text).password.length).toThrow();
    expect(() => document(text)).toThrow(
      expect.objectContaining({
        code: "SECRET_NOT_JSON",
        message: expect.stringContaining("AWSCURRENT of app is not a JSON object"),
      }),
    );
  });

  it("whatever is broken in it", () => {
    const spoilt = fc
      .tuple(written, fc.nat(), fc.constantFrom("", ",", '"', "}", "{", ":", "\\", "1", "//", "\0"))
      .map(([render, at, by]) => {
        const { text } = render('"a"', '"b"');
        const index = at % text.length;
        return text.slice(0, index) + by + text.slice(index + 1);
      });
    fc.assert(
      fc.property(spoilt, (text) => {
        expect(accepted(() => document(text))).toBe(accepted(() => JSON.parse(text)));
      }),
      { numRuns: 1000 },
    );
  });
});

function accepted(parse: () => unknown): boolean {
  try {
    parse();
    return true;
  } catch {
    return false;
  }
}

describe("a field that cannot be used is named", () => {
  it.each([
    ["there twice", '{"password":"a","password":"b"}', "is not there only once"],
    ["there twice, once escaped", '{"password":"a","p\\u0061ssword":"b"}', "only once"],
    ["null", '{"password":null}', "is not a string or a number"],
    ["a boolean", '{"password":true}', "is not a string or a number"],
    ["an object", '{"password":{}}', "is not a string or a number"],
    ["a list", '{"password":["a"]}', "is not a string or a number"],
  ])("when it is %s", (_, text, problem) => {
    expect(() => document(text).read("password")).toThrow(
      expect.objectContaining({
        code: "FIELD_INVALID",
        message: expect.stringMatching(
          new RegExp(`^AWSCURRENT of app: the field "password" .*${problem}`),
        ),
      }),
    );
  });

  it("when it is to be replaced and absent", () => {
    expect(() => replace('{"user":"a"}', { password: "b" })).toThrow(
      expect.objectContaining({ code: "FIELD_MISSING" }),
    );
  });

  it.each(["__proto__", "constructor", "toString", "0"])("when it is %s, too", (field) => {
    expect(document('{"password":"a"}').has(field)).toBe(false);
    expect(document('{"password":"a"}').read(field)).toBeUndefined();
  });
});

describe("the errors of a document", () => {
  it("hold nothing of its text", () => {
    const canary = "canary-value";
    for (const text of [canary, `{"password":["${canary}"]}`, `{"password":"${canary}"`]) {
      try {
        document(text).read("password");
        expect.unreachable();
      } catch (error) {
        expect(JSON.stringify(error) + String((error as Error).stack)).not.toContain(canary);
      }
    }
  });
});
