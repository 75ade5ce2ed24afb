import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Received } from "../../../../lib/rotators/redis/received.ts";
import {
  decodeReply,
  encodeCommand,
  NotRedis,
  type Reply,
  ServerAnswer,
} from "../../../../lib/rotators/redis/resp.ts";
import { everyRendering } from "../../../rendering.ts";

const decode = (text: string) => decodeReply(Buffer.from(text));

describe("a command", () => {
  it("is a list of texts, each with its length in bytes", () => {
    const words = ["ACL", "SETUSER", "пароль", "", "a\r\n$5\r\n"];
    expect(encodeCommand(words).toString()).toBe(
      "*5\r\n$3\r\nACL\r\n$7\r\nSETUSER\r\n$12\r\nпароль\r\n$0\r\n\r\n$7\r\na\r\n$5\r\n\r\n",
    );
    expect(decodeReply(encodeCommand(words))?.reply).toEqual(words);
  });
});

describe("a reply", () => {
  it.each<[string, string, Reply]>([
    ["a simple text", "+OK\r\n", "OK"],
    ["a number", ":-42\r\n", -42],
    ["a text", "$5\r\na\r\nb\n\r\n", "a\r\nb\n"],
    ["nothing", "$-1\r\n", null],
    ["no list", "*-1\r\n", null],
    ["a list of lists", "*2\r\n*1\r\n$1\r\nx\r\n:7\r\n", [["x"], 7]],
  ])("is %s", (_, text, reply) => {
    expect(decode(text)).toEqual({ reply, end: Buffer.byteLength(text) });
  });

  it.each([
    ["WRONGPASS invalid username-password pair", "WRONGPASS"],
    ["ERR invalid password", "WRONGPASS"],
    ["ERR unknown command 'ACL', with args beginning with: 'canary'", "unknown command"],
    ["ERR Unknown subcommand or wrong number of arguments for 'canary'", "unknown command"],
    ["ERR something about canary", "ERR"],
    ["canary", ""],
    ["WRONGPASScanary", ""],
  ])("that is an error keeps its kind and none of its text: %s", (line, kind) => {
    const reply = decode(`-${line}\r\n`)?.reply;
    expect(reply).toBeInstanceOf(ServerAnswer);
    expect(reply).toMatchObject({ kind });
    expect(everyRendering(reply)).not.toContain("canary");
  });

  it("is awaited until it is whole, wherever it is cut", () => {
    const replies = fc.letrec<{ reply: Reply }>((tie) => ({
      reply: fc.oneof(
        { maxDepth: 3 },
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie("reply"), { maxLength: 4 }),
      ),
    })).reply;
    fc.assert(
      fc.property(replies, fc.nat(), (reply, at) => {
        const bytes = Buffer.from(written(reply));
        expect(decodeReply(bytes)).toEqual({ reply, end: bytes.length });
        expect(decodeReply(bytes.subarray(0, at % bytes.length))).toBeUndefined();
      }),
    );
  });

  it.each([
    "HTTP/1.1 400 Bad Request\r\n",
    "220 mail",
    "$x\r\n",
    "*99999999999999999\r\n",
    "$99999999999\r\n",
    "*999999999\r\n:1\r\n",
    "*1\r\n".repeat(50_000),
  ])("of another protocol is refused: %j", (text) => {
    expect(() => decode(text)).toThrow(NotRedis);
  });
});

it("of a long list of clients is put together in time that grows with its length", () => {
  const received = new Received();
  const part = Buffer.alloc(16 * 1024, "client ");
  const parts = 1280;
  received.add(Buffer.from(`$${parts * part.length}\r\n`));
  const began = performance.now();
  for (let count = 0; count < parts; count += 1) {
    received.add(part);
    expect(decodeReply(received.bytes)).toBeUndefined();
  }
  received.add(Buffer.from("\r\n+OK\r\n"));
  const reply = decodeReply(received.bytes);
  expect(String(reply?.reply)).toHaveLength(parts * part.length);
  received.take(reply?.end ?? 0);
  expect(received.bytes.toString()).toBe("+OK\r\n");
  // Copied anew with each part, it took 18 s.
  expect(performance.now() - began).toBeLessThan(3000);
});

function written(reply: Reply): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "number") return `:${reply}\r\n`;
  if (typeof reply === "string") return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  return `*${(reply as Reply[]).length}\r\n${(reply as Reply[]).map(written).join("")}`;
}
