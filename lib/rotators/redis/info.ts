import { bracketed } from "../login/url.ts";
import { NodeDown } from "./errors.ts";

/** Where another server is that shares the data. */
export interface Place {
  /** In a cluster: the same wherever it is asked for. */
  readonly id?: string;
  readonly host: string;
  readonly port: number;
}

/** What INFO tells of a server. */
export class Info {
  readonly #values: ReadonlyMap<string, string>;

  constructor(text: string) {
    const lines = [...text.matchAll(/^(\w+):(.*?)\r?$/gm)];
    this.#values = new Map(lines.map(([, name = "", value = ""]) => [name, value]));
  }

  /** Valkey has another name for it. */
  get isSentinel(): boolean {
    return [this.#get("redis_mode"), this.#get("server_mode")].includes("sentinel");
  }

  get isCluster(): boolean {
    return this.#get("cluster_enabled") === "1";
  }

  get isReplica(): boolean {
    return this.#get("role") === "slave";
  }

  get hasConfigFile(): boolean {
    return this.#get("config_file") !== "";
  }

  /** Whether one more client may connect, as far as the server tells. */
  get hasRoom(): boolean {
    const most = Number(this.#get("maxclients"));
    return !most || Number(this.#get("connected_clients")) < most;
  }

  /**
   * Its replicas, as they named themselves.
   * @param at the server's own address, for messages
   * @throws NodeDown
   */
  replicas(at: string): readonly Place[] {
    const lines = [...this.#values].filter(([name]) => /^slave\d+$/.test(name));
    return lines.map(([, line]) => {
      const part = (name: string) => new RegExp(`(?:^|,)${name}=([^,]*)`).exec(line)?.[1] ?? "";
      const place = { host: part("ip"), port: Number(part("port")) };
      if (part("state") === "online") return place;
      throw new NodeDown(at, named(place), "is not in step yet");
    });
  }

  #get(name: string): string {
    return this.#values.get(name) ?? "";
  }
}

const named = ({ host, port }: Place) => `${bracketed(host)}:${port}`;

interface ClusterNodes {
  /** Of the node that was asked. */
  readonly own: string;
  readonly others: readonly Place[];
}

/**
 * The nodes of a cluster, of CLUSTER NODES: `id host:port@bus,hostname flags primary ping pong epoch link …`.
 * @throws NodeDown
 */
export function clusterNodes(text: string, at: string): ClusterNodes {
  const nodes = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.trim().split(" "))
    .map(([id = "", endpoint = "", flags = "", , , , , link]) => ({
      ...placeIn(id, endpoint),
      flags: flags.split(","),
      link,
    }));
  const others = nodes.filter(({ flags }) => !flags.includes("myself"));
  for (const { flags, link, ...place } of others)
    if (link === "disconnected" || flags.some((flag) => /^(?:fail\??|noaddr)$/.test(flag)))
      throw new NodeDown(at, named(place), "is down");
  const own = nodes.find(({ flags }) => flags.includes("myself"));
  return { own: own?.id ?? "", others: others.map(({ id, host, port }) => ({ id, host, port })) };
}

function placeIn(id: string, endpoint: string): Place & { readonly id: string } {
  const [, ip = "", port, hostname] = /^(.*):(\d+)@\d+(?:,([^,]*))?/.exec(endpoint) ?? [];
  return { id, host: hostname || ip, port: Number(port) };
}
