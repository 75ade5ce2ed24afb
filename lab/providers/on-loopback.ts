/**
 * Loaded ahead of a program (`node --import`), it plays the internet: the hosts that PLAYED_HOSTS lists have a public
 * address, at which the port PLAYED_PORT of loopback answers. NODE_EXTRA_CA_CERTS names the authority of the providers that
 * are played. The program itself knows nothing of it.
 */
import dns from "node:dns/promises";
import { syncBuiltinESMExports } from "node:module";
import tls, { type ConnectionOptions } from "node:tls";

const hosts = (process.env["PLAYED_HOSTS"] ?? "").split(",");
const port = Number(process.env["PLAYED_PORT"]);
const { connect } = tls;
const loopback = "127.0.0.1";

/** Public, and never connected to. */
const address = { address: "93.184.215.14", family: 4 };

Object.assign(dns, {
  async lookup(host: string) {
    if (hosts.includes(host)) return [address];
    throw Object.assign(new Error(), { code: "ENOTFOUND" });
  },
});
Object.assign(tls, {
  connect({ lookup: _, ...options }: ConnectionOptions) {
    // Other servers are on loopback as they are.
    if (options.host === loopback) return connect(options);
    return connect({ ...options, host: loopback, port });
  },
});
syncBuiltinESMExports();
