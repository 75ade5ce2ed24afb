import type { Socket } from "node:net";
import { BSON } from "mongodb";
import { read } from "../postgres/wire.ts";

/** A command or an answer. */
export type Fields = Record<string, unknown>;

/** A message of the wire protocol (https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/). */
export interface Message {
  readonly id: number;
  /** Of the old kind, in which drivers ask for the first `hello`. */
  readonly isOld: boolean;
  readonly fields: Fields;
  /** All of it. */
  readonly bytes: Buffer;
}

const opReply = 1;
const opQuery = 2004;
const opMsg = 2013;

/** @throws Error for what a server would not read either */
export async function readMessage(socket: Socket): Promise<Message | undefined> {
  const head = await read(socket, 16);
  if (!head) return undefined;
  const rest = await read(socket, head.readInt32LE(0) - 16);
  if (!rest) return undefined;
  const bytes = Buffer.concat([head, rest]);
  const [id, kind] = [head.readInt32LE(4), head.readInt32LE(12)];
  if (kind === opQuery) {
    const start = rest.indexOf(0, 4) + 9;
    return { id, isOld: true, fields: documentAt(rest, start), bytes };
  }
  if (kind === opMsg) return { id, isOld: false, fields: sections(rest.subarray(4)), bytes };
  if (kind === opReply) return { id, isOld: true, fields: documentAt(rest, 20), bytes };
  throw new Error(`No such kind of message: ${kind}`);
}

const documentAt = (bytes: Buffer, at: number): Fields =>
  BSON.deserialize(bytes.subarray(at, at + bytes.readInt32LE(at)));

/** A body, and lists that stand beside it. */
function sections(bytes: Buffer): Fields {
  let body: Fields = {};
  const lists: Fields = {};
  for (let at = 0; at < bytes.length; ) {
    const isBody = bytes[at] === 0;
    const size = bytes.readInt32LE(at + 1);
    if (isBody) body = documentAt(bytes, at + 1);
    else {
      const end = bytes.indexOf(0, at + 5);
      const list: Fields[] = [];
      for (let next = end + 1; next < at + 1 + size; next += bytes.readInt32LE(next))
        list.push(documentAt(bytes, next));
      lists[bytes.toString("utf8", at + 5, end)] = list;
    }
    at += 1 + size;
  }
  return { ...body, ...lists };
}

export function answerTo({ id, isOld }: Message, fields: Fields): Buffer {
  const body = Buffer.from(BSON.serialize(fields));
  const middle = isOld ? Buffer.alloc(20) : Buffer.alloc(5);
  if (isOld) middle.writeInt32LE(1, 16);
  const head = Buffer.alloc(16);
  const numbers = [16 + middle.length + body.length, 0, id, isOld ? opReply : opMsg];
  for (const [index, number] of numbers.entries()) head.writeInt32LE(number, 4 * index);
  return Buffer.concat([head, middle, body]);
}

/** The command's name is the first field. */
export const nameOf = (fields: Fields): string => Object.keys(fields)[0] ?? "";
