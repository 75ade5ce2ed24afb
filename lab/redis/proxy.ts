import { connect as connectTls, createSecureContext, TLSSocket } from "node:tls";
import type { Authority } from "../postgres/certificates.ts";
import { all } from "../postgres/proxy.ts";
import { HOST, identityFrom, listen } from "../postgres/wire.ts";
import type { CallInterceptor, ServerProxy } from "../server.ts";
import { relay } from "./proxy-session.ts";

/** A proxy on a free loopback port with a certificate of the server's own authority. It holds the whole answer of a call. */
export async function startRedisProxy(server: {
  readonly port: number;
  readonly authority: Authority;
}): Promise<ServerProxy> {
  const identity = await identityFrom(server.authority);
  const trust = createSecureContext({ ca: server.authority.certificate });
  const interceptors = new Set<CallInterceptor>();
  let connections = 0;
  const listener = await listen((socket) => {
    connections += 1;
    const client = new TLSSocket(socket, { isServer: true, secureContext: identity });
    client.on("error", () => {});
    const to = connectTls({ host: HOST, port: server.port, secureContext: trust });
    to.on("error", () => {});
    void relay(client, to, connections, all(interceptors)).finally(() => socket.destroySoon());
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
