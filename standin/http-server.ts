import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

export interface HttpRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** The reply; "lose" closes the connection without one. */
export type HttpReply = { status: number; headers: Record<string, string>; body: string } | "lose";

export interface HttpServer extends AsyncDisposable {
  port: number;
}

/** Larger than any valid request: a secret's value has at most 64 KiB. */
const MAX_BODY_BYTES = 1024 * 1024;

/**
 * Serves on 127.0.0.1 only. Requests that name another host (DNS rebinding) or carry an Origin
 * header (a page in a browser) are refused with 403: the stand-in holds secret values.
 */
export async function startHttpServer(
  port: number,
  answer: (request: HttpRequest) => Promise<HttpReply>,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    serve(request, response, answer).catch(() => request.socket.destroy());
  });
  // Clients keep connections open between calls; closing idle ones races with their next call.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: HttpRequest) => Promise<HttpReply>,
): Promise<void> {
  if (!isFromThisMachine(request.headers)) {
    response.writeHead(403, { connection: "close" }).end();
    return;
  }
  const body = await readBody(request);
  if (body === undefined) {
    response.writeHead(413, { connection: "close" }).end();
    return;
  }
  const { method = "", url = "", headers } = request;
  const reply = await answer({ method, url, headers, body });
  if (reply === "lose") request.socket.destroy();
  else {
    // Of the clock that signatures are judged by: SDKs correct theirs with it.
    const date = new Date().toUTCString();
    response.writeHead(reply.status, { date, ...reply.headers }).end(reply.body);
  }
}

function isFromThisMachine(headers: IncomingHttpHeaders): boolean {
  return (
    headers.origin === undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(headers.host ?? "")
  );
}

/** By listeners: an async iterator over each of thousands of small bodies takes as long as what is done with them. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else resolve(undefined);
    });
    request.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    request.once("error", reject);
  });
}
