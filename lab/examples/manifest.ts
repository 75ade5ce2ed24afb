import { parse } from "yaml";

/** Where a run's servers are, and how long its consumers need. */
interface Here {
  readonly host: string;
  readonly port: number;
  readonly grace?: string | undefined;
}

/**
 * An example's rotation.yml for the servers of this machine: other hosts, ports, authority and, where it is
 * scaled down, grace; nothing else.
 */
export function manifestFor(text: string, { host, port, grace }: Here): object {
  const manifest: { defaults?: object } = parse(text, (key, value) => {
    if (key === "connection") return { ...Object(value), host, port };
    if (key === "grace") return grace ?? value;
    return value;
  });
  return { ...manifest, defaults: { ...manifest.defaults, ca: "ca.pem" } };
}
