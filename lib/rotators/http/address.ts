import { onDemand } from "../../on-demand.ts";

/** IPv4 that is not public unicast (IANA's special-purpose registry, RFC 6890). */
const refused: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];

/** Within 2000::/3: tunnels, which end at an IPv4 address of anybody's choice, and what is for documents only. */
const refusedV6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** Made, and `node:net` loaded, when an address is first asked about. */
const lists = onDemand(() => {
  const { BlockList, isIPv4, isIPv6 } = process.getBuiltinModule("node:net");
  const [special, global] = [new BlockList(), new BlockList()];
  for (const [net, bits] of refused) special.addSubnet(net, bits, "ipv4");
  for (const [net, bits] of refusedV6) special.addSubnet(net, bits, "ipv6");
  global.addSubnet("2000::", 3, "ipv6");
  return { special, global, isIPv4, isIPv6 };
});

/**
 * Whether an address is a public host's. Everything else could be something beside the function: the Lambda runtime API
 * listens on 127.0.0.1:9001. Of IPv6 only global unicast is, so that ::ffff:a.b.c.d and 64:ff9b::a.b.c.d are none.
 */
export function isPublic(address: string): boolean {
  const { special, global, isIPv4, isIPv6 } = lists();
  if (!isIPv6(address)) return isIPv4(address) && !special.check(address, "ipv4");
  return global.check(address, "ipv6") && !special.check(address, "ipv6");
}
