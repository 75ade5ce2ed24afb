import { randomBytes } from "node:crypto";
import type { Authority } from "../postgres/certificates.ts";
import { HOST, identityFrom, listen } from "../postgres/wire.ts";
import type { Impostor } from "../server.ts";
import { acceptTls, readPacket } from "./wire.ts";

/**
 * What a hostile server may do to a client: `refuseTls` claims to have no TLS; `askCleartext`, `askDialog` and `askOld`
 * ask for the password in a form that gives it away.
 */
export const hostileModes = ["refuseTls", "askCleartext", "askDialog", "askOld"] as const;
type HostileMode = (typeof hostileModes)[number];

/** Who is played. */
export interface Played {
  /** e.g. `9.7.4` */
  readonly version: string;
  /** The method that it asks for at first. */
  readonly plugin: string;
}

export const isHostileMode = (text: string): text is HostileMode =>
  hostileModes.some((m) => m === text);

/** How each asks for another method than the first one. */
const requests: Readonly<Record<HostileMode, Buffer>> = {
  refuseTls: Buffer.alloc(0),
  askCleartext: Buffer.from("\xfemysql_clear_password\0", "latin1"),
  askDialog: Buffer.from("\xfedialog\0\x04Password:", "latin1"),
  askOld: Buffer.from("\xfe", "latin1"),
};

/** On a free loopback port, with a certificate of `authority`. `sent` is all that comes after TLS, decrypted. */
export async function startHostileServer(
  mode: HostileMode,
  authority: Authority,
  played: Played,
): Promise<Impostor> {
  const identity = await identityFrom(authority);
  const chunks: Buffer[] = [];
  const listener = await listen(async (socket) => {
    socket.write(packet(0, greeting(mode !== "refuseTls", played)));
    const asked = await readPacket(socket);
    if (!asked || mode === "refuseTls") {
      if (asked) chunks.push(asked);
      return;
    }
    const secured = acceptTls(socket, identity);
    const login = await readPacket(secured);
    if (!login) return;
    chunks.push(login);
    secured.on("data", (chunk: Buffer) => void chunks.push(chunk));
    secured.write(packet(3, requests[mode]));
  });
  return {
    host: HOST,
    port: listener.port,
    sent: () => Buffer.concat(chunks),
    [Symbol.asyncDispose]: listener[Symbol.asyncDispose],
  };
}

function packet(number: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(content.length, 0, 3);
  head.writeUInt8(number, 3);
  return Buffer.concat([head, content]);
}

function greeting(offersTls: boolean, { version, plugin }: Played): Buffer {
  const capabilities = Buffer.alloc(2);
  capabilities.writeUInt16LE(offersTls ? 0xfffe : 0xf7fe);
  const challenge = Buffer.from(randomBytes(20).map((byte) => 33 + (byte % 90)));
  return Buffer.concat([
    Buffer.from(`\x0a${version}\0\x01\0\0\0`, "latin1"),
    challenge.subarray(0, 8),
    Buffer.from([0]),
    capabilities,
    Buffer.from([45, 2, 0, 0xff, 0x81, 21]),
    Buffer.alloc(10),
    challenge.subarray(8),
    Buffer.from(`\0${plugin}\0`),
  ]);
}
