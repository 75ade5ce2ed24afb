/*
 * BSON (bsonspec.org, version 1.1) as far as commands and their answers need it. An answer is read where it is asked for,
 * and what is only handed on stays byte for byte: a user's own data may hold any type.
 */

/** Bytes that a type takes whose size is not written in front of it. */
const fixedSizes: Readonly<Record<number, number>> = {
  1: 8, // double
  6: 0, // undefined
  7: 12, // ObjectId
  8: 1, // boolean
  9: 8, // date
  10: 0, // null
  16: 4, // int32
  17: 8, // timestamp
  18: 8, // int64
  19: 16, // decimal128
  127: 0, // greatest key
  255: 0, // least key
};

/** What stands between the size that is written and the bytes that it counts. */
const sizeOf = (type: number, bytes: Buffer, at: number): number => {
  const fixed = fixedSizes[type];
  if (fixed !== undefined) return fixed;
  // Two texts up to their NUL each: a regular expression and its options.
  if (type === 11) return bytes.indexOf(0, bytes.indexOf(0, at) + 1) + 1 - at;
  const written = bytes.readInt32LE(at);
  if ([3, 4, 15].includes(type)) return written;
  if ([2, 13, 14].includes(type)) return 4 + written;
  if (type === 5) return 5 + written;
  if (type === 12) return 16 + written;
  throw new RangeError("not BSON");
};

/** A field of a document, as it was received. */
export class Element {
  readonly type: number;
  readonly name: string;
  readonly value: Buffer;

  constructor(type: number, name: string, value: Buffer) {
    this.type = type;
    this.name = name;
    this.value = value;
  }

  get text(): string | undefined {
    return this.type === 2 ? this.value.toString("utf8", 4, this.value.length - 1) : undefined;
  }

  get number(): number | undefined {
    if (this.type === 16) return this.value.readInt32LE();
    if (this.type === 18 || this.type === 9) return Number(this.value.readBigInt64LE());
    return this.type === 1 ? this.value.readDoubleLE() : undefined;
  }

  get isTrue(): boolean {
    return this.type === 8 ? this.value[0] === 1 : (this.number ?? 0) !== 0;
  }

  get binary(): Buffer | undefined {
    return this.type === 5 ? this.value.subarray(5) : undefined;
  }

  get document(): Document | undefined {
    return this.type === 3 || this.type === 4 ? new Document(this.value) : undefined;
  }
}

/** A document or an array, as it was received. */
export class Document {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  *elements(): Generator<Element> {
    for (let at = 4; at < this.bytes.length - 1; ) {
      const type = this.bytes.readUInt8(at);
      const end = this.bytes.indexOf(0, at + 1);
      const start = end + 1;
      const size = sizeOf(type, this.bytes, start);
      if (end < 0 || size < 0 || start + size >= this.bytes.length)
        throw new RangeError("not BSON");
      const name = this.bytes.toString("utf8", at + 1, end);
      yield new Element(type, name, this.bytes.subarray(start, start + size));
      at = start + size;
    }
  }

  get(name: string): Element | undefined {
    for (const element of this.elements()) if (element.name === name) return element;
    return undefined;
  }

  /** Of a field that is an array: the documents in it. */
  documents(name: string): readonly Document[] {
    return [...(this.get(name)?.document?.elements() ?? [])].flatMap((each) => each.document ?? []);
  }

  /** Of a field that is an array: the texts in it. */
  texts(name: string): readonly string[] {
    return [...(this.get(name)?.document?.elements() ?? [])].flatMap((each) => each.text ?? []);
  }
}
