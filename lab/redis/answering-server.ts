import { TLSSocket } from "node:tls";
import type { Authority } from "../postgres/certificates.ts";
import { HOST, identityFrom, listen } from "../postgres/wire.ts";
import type { Address } from "../server.ts";
import { Reader } from "./wire.ts";

/** A server that plays answers that a real one gives at times that no test can choose. */
export interface AnsweringServer extends Address, AsyncDisposable {
  /** All that clients have sent, decrypted. */
  received(): string;
}

/**
 * @param answers by how a command begins: the first line, without its end. Others are answered with OK.
 * @param names of its certificate
 */
export async function startAnswering(
  authority: Authority,
  answers: Readonly<Record<string, string>>,
  names?: readonly string[],
): Promise<AnsweringServer> {
  const identity = await identityFrom(authority, names);
  const received: Buffer[] = [];
  const listener = await listen(async (socket) => {
    const client = new TLSSocket(socket, { isServer: true, secureContext: identity });
    client.on("error", () => {});
    const asked = new Reader(client);
    for (let command = await asked.next(); command; command = await asked.next()) {
      received.push(command.bytes);
      const text = command.words.join(" ");
      const name = Object.keys(answers).find((each) => text.startsWith(each));
      client.write(`${name === undefined ? "+OK" : answers[name]}\r\n`);
      if (text === "QUIT") client.end();
    }
  });
  return {
    host: HOST,
    port: listener.port,
    received: () => Buffer.concat(received).toString(),
    [Symbol.asyncDispose]: listener[Symbol.asyncDispose],
  };
}
