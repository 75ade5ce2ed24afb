import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer, type Server as TlsServer } from "node:tls";
import { Binary } from "mongodb";
import type { Authority } from "../postgres/certificates.ts";
import { HOST, listen } from "../postgres/wire.ts";
import type { Impostor } from "../server.ts";
import { answerTo, type Fields, nameOf, readMessage } from "./wire.ts";

/**
 * What a hostile server may do to a client: `refuseTls` speaks without TLS; `askPlain` knows users by clear text alone;
 * `askLittle` asks for one round of hashing, so that it could find the password out; `skipProof` lets anybody in at once,
 * and `proveNothing` after the client's proof, without one of its own.
 */
const modes = ["refuseTls", "askPlain", "askLittle", "skipProof", "proveNothing"] as const;
type HostileMode = (typeof modes)[number];

export const isHostileMode = (text: string): text is HostileMode => modes.some((m) => m === text);

const hello = {
  isWritablePrimary: true,
  ismaster: true,
  helloOk: true,
  minWireVersion: 0,
  maxWireVersion: 21,
  ok: 1,
};

const payload = (text: string, done = false): Fields => ({
  conversationId: 1,
  done,
  payload: new Binary(Buffer.from(text)),
  ok: 1,
});

function answer(mode: HostileMode, fields: Fields): Fields {
  const name = nameOf(fields);
  if (name === "saslContinue") return payload("v=AAAA", true);
  if (name !== "saslStart")
    return { ...hello, saslSupportedMechs: [mode === "askPlain" ? "PLAIN" : "SCRAM-SHA-256"] };
  if (mode === "skipProof") return payload("", true);
  const [, nonce] = /r=(.*)$/.exec(String(fields["payload"])) ?? [];
  return payload(`r=${nonce}more,s=c2FsdHNhbHQ=,i=${mode === "askLittle" ? 1 : 15_000}`);
}

/** On a free loopback port, with a certificate of `authority`. `sent` is all that comes after TLS, decrypted. */
export async function startHostileMongodb(
  mode: HostileMode,
  authority: Authority,
): Promise<Impostor> {
  const chunks: Buffer[] = [];
  const serve = async (socket: Socket) => {
    socket.on("error", () => {});
    for (let message = await readMessage(socket); message; message = await readMessage(socket)) {
      chunks.push(message.bytes);
      socket.write(answerTo(message, answer(mode, message.fields)));
    }
  };
  const sent = () => Buffer.concat(chunks);
  if (mode === "refuseTls") {
    const listener = await listen((socket) => {
      socket.on("data", (chunk: Buffer) => void chunks.push(chunk));
      socket.write(answerTo({ id: 1, isOld: false, fields: {}, bytes: Buffer.alloc(0) }, hello));
    });
    return {
      host: HOST,
      port: listener.port,
      sent,
      [Symbol.asyncDispose]: listener[Symbol.asyncDispose],
    };
  }
  const { certificate: cert, key } = await authority.issue(["localhost", HOST]);
  const server: TlsServer = createServer({ cert, key }, (socket) => void serve(socket));
  server.on("tlsClientError", () => {});
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => void sockets.add(socket));
  await once(server.listen(0, HOST), "listening");
  return {
    host: HOST,
    port: (server.address() as AddressInfo).port,
    sent,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
