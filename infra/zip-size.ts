import { readFileSync } from "node:fs";

/** Of an entry in the central directory (ZIP specification, 4.3.12), little-endian; and where its fields are. */
const [signature, sizeAt, nameLengthAt, extraLengthAt, commentLengthAt, fixedLength] = [
  0x02014b50, 24, 28, 30, 32, 46,
];

/** Of the end of the central directory; and where its start and its number of entries are. */
const [endSignature, endLength, entriesAt, startAt] = [0x06054b50, 22, 10, 16];

/** Bytes of an archive, and of what is in it. */
export function zipSize(file: string): { readonly zipped: number; readonly unzipped: number } {
  const bytes = readFileSync(file);
  let end = bytes.length - endLength;
  while (end >= 0 && bytes.readUInt32LE(end) !== endSignature) end -= 1;
  let unzipped = 0;
  let at = bytes.readUInt32LE(end + startAt);
  for (let left = bytes.readUInt16LE(end + entriesAt); left > 0; left -= 1) {
    if (bytes.readUInt32LE(at) !== signature) throw new Error(`${file} is not a ZIP archive`);
    unzipped += bytes.readUInt32LE(at + sizeAt);
    const variable = [nameLengthAt, extraLengthAt, commentLengthAt];
    at += variable.reduce((sum, field) => sum + bytes.readUInt16LE(at + field), fixedLength);
  }
  return { zipped: bytes.length, unzipped };
}
