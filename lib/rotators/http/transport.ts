import type { LookupFunction } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { DeadlineReached } from "../../context/deadline.ts";
import { onDemand } from "../../on-demand.ts";
import { isPublic } from "./address.ts";
import { isHostName } from "./host-name.ts";
import { type Reply, readReply } from "./reply.ts";

/** One HTTPS request with everything filled in: it may hold secrets, and nothing of it belongs in a message. */
export interface Outgoing {
  /** A host name, on port 443. */
  readonly host: string;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
}

/** There is no reply. @property failed why, for messages; without a value */
export interface Silence {
  readonly failed: string;
}

/**
 * Sends one request to a host of the internet, by HTTP/1.1 over TLS 1.2 or later. Redirects are replies, and no proxy
 * of the environment is used. @throws DeadlineReached when the signal aborts
 */
export type Transport = (outgoing: Outgoing, signal: AbortSignal) => Promise<Reply | Silence>;

interface Address {
  readonly address: string;
  readonly family: number;
}

/** How the outside is reached, and how long that may take, in milliseconds. */
interface Outside {
  /** Every address of a host. */
  readonly lookup: (host: string) => Promise<readonly Address[]>;
  readonly connect: (options: ConnectionOptions) => TLSSocket;
  /** Until TLS is set up. */
  readonly connectTime: number;
  /** For all of an exchange. */
  readonly time: number;
}

/** Loaded with the first request: a quarter of the time that a cold start takes. */
const builtins = onDemand(() => ({
  dns: process.getBuiltinModule("node:dns/promises"),
  https: process.getBuiltinModule("node:https"),
  tls: process.getBuiltinModule("node:tls"),
}));

const internet: Outside = {
  lookup: (host) => builtins().dns.lookup(host, { all: true }),
  connect: (options) => builtins().tls.connect(options),
  connectTime: 5_000,
  time: 15_000,
};

export function httpsTransport(replaced: Partial<Outside> = {}): Transport {
  const outside = { ...internet, ...replaced };
  return async (outgoing, signal) => {
    const over = AbortSignal.any([signal, AbortSignal.timeout(outside.time)]);
    try {
      if (!isHostName(outgoing.host)) return { failed: `${outgoing.host} is not a host name` };
      const addresses = await untilAborted(outside.lookup(outgoing.host), over);
      const closed = addresses.length === 0 || !addresses.every(({ address }) => isPublic(address));
      if (closed) return { failed: `${outgoing.host} is not a public host` };
      return await exchange(outgoing, addresses, outside, over);
    } catch (error) {
      if (signal.aborted) throw new DeadlineReached();
      if (over.aborted) return { failed: `no whole reply within ${outside.time / 1e3} s` };
      return { failed: reason(error) };
    }
  };
}

function exchange(
  { host, method, path, headers, body }: Outgoing,
  addresses: readonly Address[],
  outside: Outside,
  signal: AbortSignal,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const length = body ? { "Content-Length": String(body.length) } : {};
  const sent = builtins().https.request({
    // A connection of its own: no agent, so no proxy of the environment.
    createConnection: () => open(host, addresses, outside),
    host,
    method,
    path,
    headers: { ...headers, ...length, Host: host, Connection: "close" },
    signal,
  });
  sent.once("response", (message) => readReply(message).then(resolve, reject));
  sent.once("error", reject);
  sent.end(body);
  return promise.finally(() => sent.destroy());
}

function open(host: string, addresses: readonly Address[], { connect, connectTime }: Outside) {
  const socket = connect({
    host,
    port: 443,
    servername: host,
    // The addresses that were checked: no second answer of a name server can lead elsewhere.
    lookup: pinned(addresses),
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    ALPNProtocols: ["http/1.1"],
  });
  const late = setTimeout(() => socket.destroy(new LateConnection()), connectTime);
  for (const event of ["secureConnect", "close"]) socket.once(event, () => clearTimeout(late));
  return socket;
}

/** Answers with these addresses, whatever it is asked. */
const pinned =
  (addresses: readonly Address[]): LookupFunction =>
  (_, { all }, answer) => {
    const [first] = addresses;
    if (all) answer(null, [...addresses]);
    else answer(null, first?.address ?? "", first?.family);
  };

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

class LateConnection extends Error {
  readonly code = "no TLS connection in time";
}

/** The code of an error of Node (`ECONNREFUSED`, `CERT_HAS_EXPIRED`): its text may hold anything. */
function reason(error: unknown): string {
  const code: unknown = Object(error).code;
  return typeof code === "string" ? code : "the connection failed";
}
