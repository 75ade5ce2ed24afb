import { parse } from "yaml";

/** Where a run's servers are. */
interface Here {
  readonly host: string;
  readonly port: number;
}

/** An example's rotation.yml for the servers of this machine: other hosts, ports and authority; nothing else. */
export function manifestFor(text: string, { host, port }: Here): object {
  const manifest: { defaults?: object } = parse(text, (key, value) =>
    key === "connection" ? { ...Object(value), host, port } : value,
  );
  return { ...manifest, defaults: { ...manifest.defaults, ca: "ca.pem" } };
}
