import { once } from "node:events";
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from "node:net";
import {
  connect as connectTls,
  createSecureContext,
  type SecureContext,
  TLSSocket,
} from "node:tls";
import type { Authority } from "./certificates.ts";

/**
 * Just enough of PostgreSQL's protocol 3.0 to stand between a client and a server
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html).
 */
export interface Message {
  /** The type byte as a character: "Q", "Z", … */
  type: string;
  /** The whole message, type and length included. */
  bytes: Buffer;
}

export const HOST = "127.0.0.1";
const SSL_REQUEST = Buffer.from("0000000804d2162f", "hex"); // length 8, code 80877103

/** A server on a free loopback port; disposing it cuts its connections. */
export async function listen(
  serve: (socket: Socket) => void,
): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    // An error is always followed by "close", which readers see as the end.
    socket.on("error", () => {});
    serve(socket);
  });
  await once(server.listen(0, HOST), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Exactly this many bytes; `undefined` if the connection ends first. */
export async function read(socket: Socket, length: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  for (let missing = length; missing > 0; ) {
    // Takes what there is, however little: Node would announce unread bytes over and over.
    const part: Buffer | null = socket.read(Math.min(missing, socket.readableLength));
    if (part) {
      parts.push(part);
      missing -= part.length;
    } else {
      if (socket.readableEnded || socket.destroyed) return undefined;
      await readable(socket);
    }
  }
  return Buffer.concat(parts);
}

function readable(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      for (const event of ["readable", "end", "close"]) socket.off(event, settle);
      resolve();
    };
    for (const event of ["readable", "end", "close"]) socket.on(event, settle);
  });
}

export async function readMessage(socket: Socket): Promise<Message | undefined> {
  const head = await read(socket, 5);
  const body = head && (await read(socket, head.readInt32BE(1) - 4));
  return (
    body && { type: String.fromCharCode(head.readUInt8(0)), bytes: Buffer.concat([head, body]) }
  );
}

/** The startup message, which alone has no type byte, and the user that it names. */
export async function readStartup(
  socket: Socket,
): Promise<{ user: string; bytes: Buffer } | undefined> {
  const head = await read(socket, 4);
  const body = head && (await read(socket, head.readInt32BE(0) - 4));
  if (!body) return undefined;
  const fields = body.subarray(4).toString().split("\0");
  const at = fields.findIndex((field, index) => index % 2 === 0 && field === "user");
  return { user: fields[at + 1] ?? "", bytes: Buffer.concat([head, body]) };
}

/** Whether the client asks for TLS, as everything in front of this server must. */
export async function asksForTls(socket: Socket): Promise<boolean> {
  return (await read(socket, SSL_REQUEST.length))?.equals(SSL_REQUEST) === true;
}

/** What a server in front of a real one shows its clients. */
export async function identityFrom(
  authority: Authority,
  names: readonly string[] = ["localhost", HOST],
): Promise<SecureContext> {
  const { certificate: cert, key } = await authority.issue(names);
  return createSecureContext({ cert, key });
}

/** Makes the server's side of TLS, after `asksForTls`. */
export function acceptTls(socket: Socket, identity: SecureContext): TLSSocket {
  socket.write("S");
  const secured = new TLSSocket(socket, { isServer: true, secureContext: identity });
  return secured.on("error", () => {});
}

/**
 * A verified TLS connection to a real server; `undefined` if it cannot be reached.
 * @param secureContext trusts the server's authority alone
 */
export async function openTls(
  port: number,
  secureContext: SecureContext,
): Promise<TLSSocket | undefined> {
  const socket = connectTcp({ port, host: HOST, noDelay: true });
  socket.on("error", () => {});
  socket.write(SSL_REQUEST);
  if ((await read(socket, 1))?.toString() !== "S") {
    socket.destroy();
    return undefined;
  }
  const secured = connectTls({ socket, secureContext, host: HOST });
  return secured.on("error", () => {});
}
