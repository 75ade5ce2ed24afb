import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { makeAuthority } from "../postgres/certificates.ts";
import type { Description, Reply } from "./description.ts";
import { ProviderDouble } from "./double.ts";
import { anotherForm, page, type Trouble } from "./trouble.ts";

/** Providers of API keys, played on one port of loopback: a client must be led there for each of their hosts. */
export interface ProviderServer extends AsyncDisposable {
  readonly port: number;
  /** PEM of the authority that signed the certificate, which is for the names of all providers. */
  readonly ca: string;
  /** The provider of this name, with no keys, in place of whatever has answered at its hosts until now. */
  renew(name: string): ProviderDouble;
}

/** @param now the clock of activation, revocation and last use; milliseconds */
export async function playProviders(
  descriptions: readonly Description[],
  now: () => number = Date.now,
): Promise<ProviderServer> {
  const authority = await makeAuthority();
  const hosts = descriptions.flatMap((description) => description.hosts);
  const { certificate: cert, key } = await authority.issue(hosts);
  const doubles = new Map<string, ProviderDouble>();
  const server = createServer({ cert, key }, (request, response) => {
    const url = new URL(`https://${request.headers.host ?? "unknown.invalid"}${request.url}`);
    const double = doubles.get(url.hostname);
    if (!double) return void response.writeHead(421).end();
    handle(double, request, response, url).catch(() => response.destroy());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (!address || typeof address === "string") throw new TypeError("The server has no port.");
  return {
    port: address.port,
    ca: authority.certificate,
    renew(name) {
      const description = descriptions.find((each) => each.name === name);
      if (!description) throw new RangeError(`Nobody plays ${name}.`);
      const double = new ProviderDouble(description, now);
      for (const host of description.hosts) doubles.set(host, double);
      return double;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function handle(
  double: ProviderDouble,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const { trouble } = double;
  const instead = trouble && insteadOf(double, trouble);
  if (instead) {
    double.spend();
    return instead === "silence" ? undefined : send(response, instead);
  }
  const before = double.keys.changes;
  const reply = await double.answer(request, url);
  const hasChanged = double.keys.changes > before;
  const isLost = trouble?.is === "lost reply" && hasChanged;
  const isOther = trouble?.is === "another form" && (trouble.of === "everything" || hasChanged);
  if (isLost || isOther) double.spend();
  if (isLost) return void response.destroy();
  send(response, isOther ? { status: 200, body: anotherForm } : reply);
}

/** What is answered without asking the provider. */
function insteadOf(
  { description: { refusals } }: ProviderDouble,
  trouble: Trouble,
): Reply | "silence" | undefined {
  switch (trouble.is) {
    case "silence":
      return "silence";
    case "html":
      return { status: trouble.status, text: page, headers: { "content-type": "text/html" } };
    case "down":
      return refusals.down;
    case "error inside":
      return { ...refusals.down, status: 200 };
    case "redirect":
      return { status: 302, headers: { location: trouble.to } };
    case "rate limit":
      return limited(refusals.rateLimited, trouble);
    default:
      return undefined;
  }
}

function limited(reply: Reply, { seconds }: Extract<Trouble, { is: "rate limit" }>): Reply {
  return { ...reply, headers: { ...reply.headers, "retry-after": `${seconds}` } };
}

function send(response: ServerResponse, { status, body, text, headers }: Reply): void {
  if (text !== undefined)
    return void response.writeHead(status, { "content-type": "text/plain", ...headers }).end(text);
  if (body === undefined) return void response.writeHead(status, headers).end();
  response
    .writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers })
    .end(JSON.stringify(body));
}
