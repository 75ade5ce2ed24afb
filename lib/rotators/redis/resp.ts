/**
 * What a server answers, in version 2 of Redis' protocol
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/), which every version from 6.2 on and Valkey speak.
 */
export type Reply = string | number | null | readonly Reply[] | ServerAnswer;

/** The server answers with an error. Its text may quote what it was sent, so only its kind is kept. */
export class ServerAnswer extends Error {
  /**
   * Its first word, e.g. `NOPERM`; of a plain `ERR` whether the server has no such command. A wrong password is `WRONGPASS`,
   * which servers before Redis 6 call `ERR invalid password`.
   */
  readonly kind: string;

  constructor(line: string) {
    super("");
    const [word = ""] = /^[A-Z]{1,24}(?=[ \r]|$)/.exec(line) ?? [];
    if (/^ERR (?:unknown|unsupported) (?:sub)?command/i.test(line)) this.kind = unknownCommand;
    else this.kind = /^ERR invalid password/i.test(line) ? "WRONGPASS" : word;
  }
}

/** The kind of an answer to a command that the server does not have. */
export const unknownCommand = "unknown command";

/** The bytes received are not a RESP reply. */
export class NotRedis extends Error {}

/** In bytes. A list of 50,000 clients takes 20 MB. */
export const longest = 64 * 1024 * 1024;

/** The most items of a list, and lists in lists. What is asked for has far fewer. */
const [mostItems, deepest] = [100_000, 8];

const newline = "\r\n";

/** A command with its arguments: each as its length and its bytes, so that none can be taken for another. */
export function encodeCommand(words: readonly string[]): Buffer {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}${newline}${word}${newline}`);
  return Buffer.from(`*${words.length}${newline}${parts.join("")}`);
}

interface Decoded {
  readonly reply: Reply;
  /** Where the next reply begins. */
  readonly end: number;
}

/**
 * The reply that begins at `start`; `undefined` while it is not there in full.
 * @throws NotRedis
 */
export function decodeReply(bytes: Buffer, start = 0, depth = 0): Decoded | undefined {
  const lineEnd = bytes.indexOf(newline, start);
  if (lineEnd < 0) return incomplete(bytes, start);
  const line = bytes.toString("utf8", start + 1, lineEnd);
  const end = lineEnd + newline.length;
  switch (bytes[start]) {
    case 0x2b: // +
      return { reply: line, end };
    case 0x2d: // -
      return { reply: new ServerAnswer(line), end };
    case 0x3a: // :
      return { reply: integer(line), end };
    case 0x24: // $
      return text(bytes, end, integer(line));
    case 0x2a: // *
      return list(bytes, end, integer(line), depth);
    default:
      throw new NotRedis("");
  }
}

/** What begins otherwise than a reply need not be waited for. */
function incomplete(bytes: Buffer, start: number): undefined {
  const first = bytes[start];
  if (first !== undefined && !"+-:$*".includes(String.fromCharCode(first))) throw new NotRedis("");
  if (bytes.length - start > longest) throw new NotRedis("");
  return undefined;
}

function integer(line: string): number {
  if (!/^-?\d{1,15}$/.test(line)) throw new NotRedis("");
  return Number(line);
}

function text(bytes: Buffer, start: number, length: number): Decoded | undefined {
  if (length < 0) return { reply: null, end: start };
  if (length > longest) throw new NotRedis("");
  const end = start + length + newline.length;
  if (bytes.length < end) return undefined;
  return { reply: bytes.toString("utf8", start, start + length), end };
}

function list(bytes: Buffer, start: number, length: number, depth: number): Decoded | undefined {
  if (length < 0) return { reply: null, end: start };
  if (length > mostItems || depth >= deepest) throw new NotRedis("");
  const replies: Reply[] = [];
  let end = start;
  for (let index = 0; index < length; index += 1) {
    const item = decodeReply(bytes, end, depth + 1);
    if (!item) return undefined;
    replies.push(item.reply);
    ({ end } = item);
  }
  return { reply: replies, end };
}
