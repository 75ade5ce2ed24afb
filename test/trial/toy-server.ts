import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Answer {
  readonly status: number;
  readonly body?: object;
}

const ok = { status: 200 };
const refused = { status: 401 };

/** A server with users and passwords that we choose, and with keys that it issues itself. On loopback, in plain HTTP. */
export class ToyServer implements AsyncDisposable {
  readonly users = new Map<string, string>();
  readonly keys = new Set<string>();
  readonly #locks = new Set<string>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(): Promise<ToyServer> {
    const toy = new ToyServer();
    toy.#server.listen(0, "127.0.0.1");
    await once(toy.#server, "listening");
    return toy;
  }

  get port(): number {
    const { port } = this.#server.address() as AddressInfo;
    return port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  issue(): string {
    const key = randomUUID();
    this.keys.add(key);
    return key;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += chunk;
    const [scheme, credential = ""] = request.headers.authorization?.split(" ") ?? [];
    const call = `${request.method} ${request.url}`;
    const { status, body = {} } =
      scheme === "Basic" ? this.#asUser(call, credential, text) : this.#withKey(call, credential);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  #asUser(call: string, credential: string, text: string): Answer {
    const [user = "", password] = Buffer.from(credential, "base64").toString().split(":");
    if (call === "DELETE /lock") this.#locks.delete(user);
    if (password === undefined || this.users.get(user) !== password) return refused;
    if (call === "PUT /password") this.users.set(user, JSON.parse(text).password);
    if (call === "POST /lock") {
      if (this.#locks.has(user)) return { status: 423 };
      this.#locks.add(user);
    }
    return ok;
  }

  #withKey(call: string, key: string): Answer {
    if (!this.keys.has(key)) return refused;
    if (call === "POST /keys") return { status: 201, body: { key: this.issue() } };
    const [, other] = /^DELETE \/keys\/(.+)$/.exec(call) ?? [];
    if (other) this.keys.delete(other);
    return ok;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
