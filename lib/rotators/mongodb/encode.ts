import { Document, Element } from "./bson.ts";

/** What a command is made of. */
export type Input =
  | string
  | number
  | boolean
  | Date
  | Buffer
  | Document
  | Element
  | readonly Input[]
  | { readonly [name: string]: Input | undefined };

/** `undefined` is left out. @param fields or elements, which keep their names */
export function encode(fields: Readonly<Record<string, Input | undefined>> | readonly Element[]) {
  const parts = Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const [type, bytes] = encoded(value);
    const name = Array.isArray(fields) ? (value as Element).name : key;
    return [Buffer.from([type]), Buffer.from(`${name}\0`), bytes];
  });
  const size = Buffer.alloc(4);
  const body = Buffer.concat([size, ...parts, Buffer.from([0])]);
  body.writeInt32LE(body.length);
  return new Document(body);
}

function encoded(value: Input): readonly [type: number, bytes: Buffer] {
  if (value instanceof Element) return [value.type, value.value];
  if (value instanceof Document) return [3, value.bytes];
  if (value instanceof Date) return [9, int64(value.getTime())];
  if (Buffer.isBuffer(value))
    return [5, Buffer.concat([int32(value.length), Buffer.from([0]), value])];
  if (Array.isArray(value)) return [4, encode({ ...value }).bytes];
  if (typeof value === "boolean") return [8, Buffer.from([value ? 1 : 0])];
  if (typeof value === "number") return [16, int32(value)];
  if (typeof value !== "string") return [3, encode(value as Record<string, Input>).bytes];
  const text = Buffer.from(`${value}\0`);
  return [2, Buffer.concat([int32(text.length), text])];
}

/** The same without a field. */
export const withoutField = (document: Document, name: string): Document =>
  encode([...document.elements()].filter((each) => each.name !== name));

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}
