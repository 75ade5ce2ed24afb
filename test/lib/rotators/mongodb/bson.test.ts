import fc from "fast-check";
import { BSON, Decimal128, Long, ObjectId, Timestamp } from "mongodb";
import { describe, expect, it } from "vitest";
import { Document } from "../../../../lib/rotators/mongodb/bson.ts";
import { encode, withoutField } from "../../../../lib/rotators/mongodb/encode.ts";

/** One of each type, as the official library writes it. */
const everything = {
  double: 1.5,
  text: "a\u0000b é 🔑",
  document: { a: { b: [1, "two", { c: null }] } },
  binary: new BSON.Binary(Buffer.from([0, 1, 0])),
  id: new ObjectId(),
  boolean: true,
  date: new Date(1_700_000_000_000),
  none: null,
  pattern: /a.b/i,
  code: new BSON.Code("return 1"),
  scoped: new BSON.Code("return a", { a: 1 }),
  int: 7,
  stamp: new Timestamp({ t: 1, i: 2 }),
  long: Long.fromString("9007199254740993"),
  decimal: Decimal128.fromString("1.10"),
  least: new BSON.MinKey(),
  greatest: new BSON.MaxKey(),
};

const read = (value: object) => new Document(Buffer.from(BSON.serialize(value)));

describe("BSON", () => {
  it("reads what the official library writes", () => {
    const document = read(everything);
    expect([...document.elements()].map(({ name }) => name)).toEqual(Object.keys(everything));
    expect(document.get("double")?.number).toBe(1.5);
    expect(document.get("text")?.text).toBe(everything.text);
    expect(document.get("binary")?.binary).toEqual(Buffer.from([0, 1, 0]));
    expect(document.get("boolean")?.isTrue).toBe(true);
    expect(document.get("date")?.number).toBe(1_700_000_000_000);
    expect(document.get("int")?.number).toBe(7);
    expect(document.get("document")?.document?.get("a")?.document?.texts("b")).toEqual(["two"]);
    expect(document.get("none")).toMatchObject({ text: undefined, isTrue: false });
    expect(document.get("nothing")).toBeUndefined();
  });

  it("hands on every type byte for byte", () => {
    const document = read(everything);
    expect(encode([...document.elements()]).bytes).toEqual(document.bytes);
    expect(encode({ kept: document }).get("kept")?.document?.bytes).toEqual(document.bytes);
    const { decimal: _, ...others } = everything;
    expect(withoutField(document, "decimal").bytes).toEqual(Buffer.from(BSON.serialize(others)));
  });

  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.boolean(),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: "grapheme-ascii", minLength: 1 }), tie("any"), {
        maxKeys: 4,
      }),
    ),
  })).any;

  it("writes what the official library reads", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: "grapheme-ascii", minLength: 1 }), value, { maxKeys: 5 }),
        (fields) => {
          const written = encode(fields as Parameters<typeof encode>[0]);
          expect(BSON.deserialize(written.bytes)).toEqual(BSON.deserialize(BSON.serialize(fields)));
        },
      ),
    );
  });

  it("leaves out what is undefined", () => {
    expect(
      BSON.deserialize(encode({ a: undefined, b: new Date(5), c: Buffer.from("x") }).bytes),
    ).toMatchObject({ b: new Date(5) });
    expect(encode({ a: undefined }).get("a")).toBeUndefined();
  });

  it.each([
    ["a size beyond its end", (bytes: Buffer) => bytes.writeInt32LE(900, 7)],
    ["a negative size", (bytes: Buffer) => bytes.writeInt32LE(-9, 7)],
    ["a type that there is not", (bytes: Buffer) => bytes.writeUInt8(99, 4)],
  ])("refuses %s", (_, spoil) => {
    const { bytes } = encode({ a: "text" });
    spoil(bytes);
    expect(() => new Document(bytes).get("b")).toThrow(RangeError);
  });
});
