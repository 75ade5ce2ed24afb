import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { makeAuthority } from "../../../../lab/postgres/certificates.ts";
import { httpsTransport, type Transport } from "../../../../lib/rotators/http/transport.ts";

/** An address that is public, and that nothing here connects to. */
export const publicAddress = { address: "93.184.215.14", family: 4 };

/** An HTTPS server on loopback that the transport takes for hosts of the internet. */
export class HttpsHost implements AsyncDisposable {
  readonly #server: Server;
  readonly #ca: string;
  /** What the transport connected with. */
  readonly connections: ConnectionOptions[] = [];

  private constructor(server: Server, ca: string) {
    this.#server = server;
    this.#ca = ca;
  }

  /** @param names that its certificate is for */
  static async start(
    listener: RequestListener,
    names: readonly string[] = ["api.example.com"],
    options: object = {},
  ): Promise<HttpsHost> {
    const authority = await makeAuthority();
    const { key, certificate: cert } = await authority.issue([...names]);
    const server = createServer({ key, cert, ...options }, listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new HttpsHost(server, authority.certificate);
  }

  get port(): number {
    return Object(this.#server.address()).port;
  }

  readonly connect = (options: ConnectionOptions): TLSSocket => {
    this.connections.push(options);
    return connect({ ...options, host: "127.0.0.1", port: this.port, ca: this.#ca });
  };

  /** Finds every host here. */
  transport(replaced: Parameters<typeof httpsTransport>[0] = {}): Transport {
    return httpsTransport({
      lookup: async () => [publicAddress],
      connect: this.connect,
      ...replaced,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
