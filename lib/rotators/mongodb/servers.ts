import dns from "node:dns/promises";
import type { Login } from "../login/login.ts";
import { DnsFailed, Unreachable } from "../login/transport-errors.ts";

/** Where a server listens. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

const defaultPort = 27_017;

/** `a:27017,[::1]:27018,c` */
export function placesOf(hosts: string): readonly Place[] {
  return hosts.split(",").flatMap((each) => {
    const [, name = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(each.trim()) ?? [];
    const host = name.replace(/^\[(.*)\]$/, "$1");
    return host === "" ? [] : [{ host, port: port ? Number(port) : defaultPort }];
  });
}

/**
 * All servers that a login names, of which one takes changes. Its own host comes first, unless DNS has to say where they
 * are.
 * @throws DnsFailed, Unreachable
 */
export async function serversOf({ host, port, options = {} }: Login): Promise<readonly Place[]> {
  if (options["srv"]) return servedAt(host);
  const others = placesOf(options["hosts"] ?? "").filter(
    (each) => each.host !== host || each.port !== port,
  );
  return [{ host, port }, ...others];
}

/**
 * `_mongodb._tcp.` of a name (MongoDB specifications, "Initial DNS Seedlist Discovery"): the servers must be in the
 * name's own domain, or whoever answers for DNS could lead anywhere. Its TXT record is not read: the URL says it all.
 */
async function servedAt(name: string): Promise<readonly Place[]> {
  const records = await dns.resolveSrv(`_mongodb._tcp.${name}`).catch(() => {
    throw new DnsFailed(`_mongodb._tcp.${name}`);
  });
  const labels = name.toLowerCase().split(".");
  const domain = `.${(labels.length > 2 ? labels.slice(1) : labels).join(".")}`;
  if (records.length > 0 && records.every((record) => record.name.toLowerCase().endsWith(domain)))
    return records.map((record) => ({ host: record.name, port: record.port }));
  throw new Unreachable(name, "its SRV records lead to another domain");
}
