import { once } from "node:events";
import type { TLSSocket } from "node:tls";
import type { CallInterceptor, ServerCall } from "../server.ts";
import { Reader } from "./wire.ts";

/** The client's connection is gone, or must be cut. */
class Cut extends Error {}

/**
 * Calls of Redis' protocol: `connect` reaches from AUTH to its answer, `query` from a command to its answer, `terminate`
 * from the goodbye to the server's close.
 */
export async function relay(
  client: TLSSocket,
  server: TLSSocket,
  connection: number,
  interceptor: Required<CallInterceptor>,
): Promise<void> {
  // An end of the session by an administrator, or of the server.
  server.once("close", () => client.destroySoon());
  const [asked, answered] = [new Reader(client), new Reader(server)];
  let user = "";
  try {
    for (;;) {
      const command = await asked.next();
      if (!command) return;
      const kind = kindOf(command.words);
      if (kind === "connect") user = command.words[1] ?? "";
      const summary = kind === "query" ? command.words.slice(0, 2).join(" ").toUpperCase() : "";
      const call = { kind, user, summary, connection };
      await before(interceptor, call);
      const closed = kind === "terminate" ? once(server, "close") : undefined;
      server.write(command.bytes);
      const reply = await answered.next();
      if (!reply) throw new Cut();
      await closed;
      if (await isLost(interceptor, call)) throw new Cut();
      client.write(reply.bytes);
    }
  } catch (thrown) {
    // Anything else is a bug in the proxy.
    if (!(thrown instanceof Cut)) throw thrown;
    client.destroy();
  } finally {
    client.destroySoon();
    server.destroy();
  }
}

function kindOf([name = ""]: readonly string[]): ServerCall["kind"] {
  if (name === "AUTH") return "connect";
  return name === "QUIT" ? "terminate" : "query";
}

async function before(interceptor: Required<CallInterceptor>, call: ServerCall): Promise<void> {
  try {
    await interceptor.before(call);
  } catch {
    throw new Cut();
  }
}

async function isLost(interceptor: Required<CallInterceptor>, call: ServerCall): Promise<boolean> {
  try {
    return (await interceptor.after(call)) === "lose";
  } catch {
    return true;
  }
}
