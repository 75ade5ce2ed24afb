import { createSecureContext } from "node:tls";
import type { CallInterceptor, ServerProxy } from "../server.ts";
import type { Authority } from "./certificates.ts";
import { relay } from "./proxy-session.ts";
import { acceptTls, asksForTls, HOST, identityFrom, listen } from "./wire.ts";

/**
 * A proxy on a free loopback port with a certificate of the server's own authority. It passes
 * SCRAM on untouched (no channel binding: the two TLS connections differ) and holds the whole
 * answer of a call, so COPY and clients that wait for the answer to a Flush would wait forever.
 */
export async function startPostgresProxy(server: {
  readonly port: number;
  readonly authority: Authority;
}): Promise<ServerProxy> {
  const identity = await identityFrom(server.authority);
  const trust = createSecureContext({ ca: server.authority.certificate });
  const target = { port: server.port, trust };
  const interceptors = new Set<CallInterceptor>();
  let connections = 0;
  const listener = await listen(async (socket) => {
    connections += 1;
    const connection = connections;
    if (await asksForTls(socket)) {
      await relay(acceptTls(socket, identity), target, connection, all(interceptors));
    } else {
      socket.destroy();
    }
  });
  return {
    host: HOST,
    port: listener.port,
    intercept(interceptor) {
      interceptors.add(interceptor);
      return { [Symbol.dispose]: () => void interceptors.delete(interceptor) };
    },
    [Symbol.asyncDispose]: listener[Symbol.asyncDispose],
  };
}

export function all(interceptors: ReadonlySet<CallInterceptor>): Required<CallInterceptor> {
  return {
    async before(call) {
      for (const interceptor of interceptors) await interceptor.before?.(call);
    },
    async after(call) {
      const outcomes = [];
      for (const interceptor of interceptors) outcomes.push(await interceptor.after?.(call));
      return outcomes.includes("lose") ? "lose" : undefined;
    },
  };
}
