import dns from "node:dns/promises";
import tls, { type ConnectionOptions } from "node:tls";
import { fileURLToPath } from "node:url";

/** Hosts of the internet that are played on a port of loopback. */
export interface Internet {
  readonly hosts: readonly string[];
  readonly port: number;
  /** PEM of the authority of their certificates; absent: Node knows it. */
  readonly ca?: string;
}

const loopback = "127.0.0.1";

/** Public, and never connected to. */
const address = { address: "93.184.215.14", family: 4 };

/** What takes the place of Node's functions where somebody is led there: no other name is found. */
export function leading({ hosts, port, ca }: Internet) {
  const lookup = async (host: string) => {
    if (hosts.includes(host)) return [address];
    throw Object.assign(new Error(), { code: "ENOTFOUND" });
  };
  const connect = ({ lookup: _, ...options }: ConnectionOptions) =>
    // Other servers are on loopback as they are.
    options.host === loopback || options.socket
      ? tlsConnect(options)
      : tlsConnect({ ...options, host: loopback, port, ...(ca !== undefined && { ca }) });
  return { lookup, connect };
}

const { connect: tlsConnect } = tls;

/** For functions in this process: by name, what they get in the place of Node's modules. */
export function modulesOf(internet: Internet): ReadonlyMap<string, object> {
  const { lookup, connect } = leading(internet);
  return new Map([
    ["dns/promises", { ...dns, lookup }],
    ["tls", { ...tls, connect }],
  ]);
}

/** For a process that is led there from its start. */
export const environmentOf = ({ hosts, port, ca }: Internet): Readonly<Record<string, string>> => ({
  PLAYED_HOSTS: hosts.join(","),
  PLAYED_PORT: `${port}`,
  ...(ca !== undefined && { PLAYED_CA: ca }),
  NODE_OPTIONS: `--import ${fileURLToPath(import.meta.resolve("./on-loopback.ts"))}`,
});
