import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:tls";
import type { Authority } from "../postgres/certificates.ts";
import { all } from "../postgres/proxy.ts";
import { HOST } from "../postgres/wire.ts";
import type { CallInterceptor, ServerProxy } from "../server.ts";
import { relay } from "./proxy-session.ts";

/** A proxy on a free loopback port with a certificate of the server's own authority. It holds the whole answer of a call. */
export async function startMongodbProxy(server: {
  readonly port: number;
  readonly authority: Authority;
}): Promise<ServerProxy> {
  const { certificate: cert, key } = await server.authority.issue(["localhost", HOST]);
  const interceptors = new Set<CallInterceptor>();
  const sockets = new Set<Socket>();
  let connections = 0;
  const listener = createServer({ cert, key }, (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const target = { port: server.port, ca: server.authority.certificate };
    void relay(socket, target, connections, all(interceptors));
  });
  listener.on("tlsClientError", () => {});
  await once(listener.listen(0, HOST), "listening");
  return {
    host: HOST,
    port: (listener.address() as AddressInfo).port,
    intercept(interceptor) {
      interceptors.add(interceptor);
      return { [Symbol.dispose]: () => void interceptors.delete(interceptor) };
    },
    async [Symbol.asyncDispose]() {
      const closed = once(listener, "close");
      listener.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
