import { TLSSocket } from "node:tls";
import type { Authority } from "../postgres/certificates.ts";
import { HOST, identityFrom, listen } from "../postgres/wire.ts";
import type { Impostor } from "../server.ts";

/** What a server in the place of the right one may do: `noTls` speaks the protocol in clear text, `hangUp` hangs up. */
const modes = ["noTls", "hangUp"] as const;
type HostileMode = (typeof modes)[number];

export const isHostileMode = (text: string): text is HostileMode => modes.some((m) => m === text);

/**
 * On a free loopback port, where it has TLS with a certificate of `authority`. `sent` is what clients say in the
 * protocol: nothing of it may come before TLS.
 */
export async function startHostileRedis(
  mode: HostileMode,
  authority: Authority,
): Promise<Impostor> {
  const identity = await identityFrom(authority);
  const chunks: Buffer[] = [];
  const listener = await listen((socket) => {
    if (mode === "noTls") {
      socket.on("data", (chunk: Buffer) => {
        // A ClientHello is not a command.
        if (chunk[0] !== 0x16) chunks.push(chunk);
        socket.write("-NOAUTH Authentication required.\r\n");
      });
      return;
    }
    const secured = new TLSSocket(socket, { isServer: true, secureContext: identity });
    secured.on("error", () => {});
    secured.once("secure", () => secured.destroy());
  });
  return {
    host: HOST,
    port: listener.port,
    sent: () => Buffer.concat(chunks),
    [Symbol.asyncDispose]: listener[Symbol.asyncDispose],
  };
}
