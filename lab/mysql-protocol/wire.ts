import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type SecureContext, TLSSocket } from "node:tls";
import { HOST, read } from "../postgres/wire.ts";

/** Of a packet: 3 bytes of length, 1 of its number. */
const headSize = 4;

/** A packet with its head; `undefined` if the connection ends first. */
export async function readPacket(socket: Socket): Promise<Buffer | undefined> {
  const head = await read(socket, headSize);
  const content = head && (await read(socket, head.readUIntLE(0, 3)));
  return content && Buffer.concat([head, content]);
}

/** The first byte of its content. */
export const kindOf = (packet: Buffer): number => packet[headSize] ?? -1;

/** The user of a login request. */
export function userOf(request: Buffer): string {
  const start = headSize + 32;
  return request.toString("utf8", start, request.indexOf(0, start));
}

export function openTcp(port: number): Socket {
  return connectTcp({ port, host: HOST, noDelay: true }).on("error", () => {});
}

/** The server's side of TLS, when the client has asked for it. */
export function acceptTls(socket: Socket, identity: SecureContext): TLSSocket {
  const secured = new TLSSocket(socket, { isServer: true, secureContext: identity });
  return secured.on("error", () => {});
}

/** The client's side. @param trust of the server's authority alone */
export function openTls(socket: Socket, trust: SecureContext): TLSSocket {
  return connectTls({ socket, secureContext: trust, host: HOST }).on("error", () => {});
}
