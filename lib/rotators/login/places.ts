import type { Role } from "./login.ts";
import { bracketed } from "./url.ts";

/** What a connection text says of a login. libpq connects to `hostaddr`, and reads a `service` from a file. */
export type Key = Role | "address" | "service";

/**
 * The lists of hosts that a text may lead to, each as in a URL: `a:5432,[::1]:5433`. Drivers differ in which counts
 * where it names hosts or ports twice; for libpq it is the last. Empty where the text does not say: a service's hosts
 * are elsewhere.
 * @param values of a key, as often as the text has it
 */
export function placesOf(values: (key: Key) => readonly string[]): readonly string[] {
  const hosts = [...values("address"), ...values("host")];
  const ports = values("port");
  const places = (hosts.length > 0 ? hosts : [""]).flatMap((host) =>
    (ports.length > 0 ? ports : [""]).map((port) => withPorts(host, port)),
  );
  return [...values("service").map(() => ""), ...places];
}

/** The ports of a URL's hosts apart from their names; one empty text for hosts without. */
export function portsApart(hosts: string): { readonly names: string; readonly ports: string } {
  const list = hosts.split(",").map((each) => /^(.*?)(?::(\d+))?$/s.exec(each) ?? []);
  const ports = list.map(([, , port = ""]) => port).join(",");
  return {
    names: list.map(([, name = ""]) => name).join(","),
    ports: /\d/.test(ports) ? ports : "",
  };
}

/** One port is that of all hosts. */
function withPorts(names: string, ports: string): string {
  const list = ports.split(",");
  return names
    .split(",")
    .map((each, index) => {
      const host = each.trim();
      const port = (list.length === 1 ? list[0] : list[index])?.trim();
      const hasPort = /^[^:]+:\d+$/.test(host);
      if (hasPort) return host;
      const name = host.startsWith("[") ? host : bracketed(host);
      return port ? `${name}:${port}` : name;
    })
    .join(",");
}
