import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { Impostor } from "../server.ts";
import type { Authority } from "./certificates.ts";
import { acceptTls, asksForTls, HOST, identityFrom, listen, readStartup } from "./wire.ts";

/**
 * What a hostile server may do to a client: `blackHole` accepts and never
 * answers, `refuseTls` claims to have no TLS, `askCleartext` and `askMd5` ask for the password
 * in a form that gives it away, `trust` accepts every login and proves nothing about itself.
 */
const modes = ["blackHole", "refuseTls", "askCleartext", "askMd5", "trust"] as const;
export type HostileMode = (typeof modes)[number];

export const isHostileMode = (text: string): text is HostileMode => modes.some((m) => m === text);

// Authentication requests: AuthenticationCleartextPassword, AuthenticationMD5Password with its
// salt, AuthenticationOk and ReadyForQuery.
const GREETINGS: Record<"askCleartext" | "askMd5" | "trust", () => Buffer> = {
  askCleartext: () => Buffer.from("520000000800000003", "hex"),
  askMd5: () => Buffer.concat([Buffer.from("520000000c00000005", "hex"), randomBytes(4)]),
  trust: () => Buffer.from("5200000008000000005a0000000549", "hex"),
};
const TERMINATE = Buffer.from("5800000004", "hex");

/**
 * On a free loopback port; where it has TLS, with a certificate of `authority`. `sent` is all beyond the
 * client's SSLRequest and startup message (decrypted), Terminate messages left out.
 */
export async function startHostilePostgres(
  mode: HostileMode,
  authority: Authority,
): Promise<Impostor> {
  const identity = await identityFrom(authority);
  const records: Buffer[][] = [];
  const record = (socket: Socket) => {
    const chunks: Buffer[] = [];
    records.push(chunks);
    socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
  };
  const listener = await listen(async (socket) => {
    if (!(await asksForTls(socket)) || mode === "blackHole") return record(socket);
    if (mode === "refuseTls") {
      socket.write("N");
      return record(socket);
    }
    const secured = acceptTls(socket, identity);
    if (!(await readStartup(secured))) return;
    record(secured);
    secured.write(GREETINGS[mode]());
  });
  return {
    host: HOST,
    port: listener.port,
    sent: () => Buffer.concat(records.map((chunks) => withoutTerminate(Buffer.concat(chunks)))),
    [Symbol.asyncDispose]: listener[Symbol.asyncDispose],
  };
}

function withoutTerminate(sent: Buffer): Buffer {
  const length = sent.length - TERMINATE.length;
  return length >= 0 && sent.subarray(length).equals(TERMINATE) ? sent.subarray(0, length) : sent;
}
