import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Authority } from "../postgres/certificates.ts";
import { HOST } from "../postgres/wire.ts";
import { hashOf } from "./users.ts";

/** Where a server keeps its users: a file of their own, its configuration, or nowhere. */
export type Keeps = "aclfile" | "configuration" | "nothing";

interface Parts {
  readonly folder: string;
  readonly port: number;
  readonly keeps: Keeps;
  readonly superuser: { readonly username: string; readonly password: string };
  /** Of the user `default`; absent: it cannot log in. */
  readonly requirepass?: string | undefined;
  /** Further lines of the configuration. */
  readonly options?: readonly string[];
  readonly logsStatements?: boolean;
}

/** Writes what a server reads when it starts. @returns its arguments */
export async function configure(parts: Parts, authority: Authority): Promise<readonly string[]> {
  const { folder, keeps, superuser, requirepass } = parts;
  const { certificate, key } = await authority.issue(["localhost", HOST]);
  await writeFile(join(folder, "server.crt"), certificate);
  await writeFile(join(folder, "server.key"), key, { mode: 0o600 });
  await writeFile(join(folder, "ca.crt"), authority.certificate);
  const users = [
    `user ${superuser.username} on ${hashOf(superuser.password)} ~* &* +@all`,
    requirepass === undefined
      ? "user default off resetpass -@all"
      : `user default on ${hashOf(requirepass)} ~* &* +@all`,
  ];
  const lines = [...settings(parts), ...(parts.options ?? [])];
  if (keeps === "nothing") return asArguments([...lines, ...users]);
  if (keeps === "aclfile") {
    await writeFile(join(folder, "users.acl"), `${users.join("\n")}\n`);
    lines.push(`aclfile ${join(folder, "users.acl")}`);
  } else {
    lines.push(
      ...(requirepass === undefined ? users : [users[0] ?? "", `requirepass "${requirepass}"`]),
    );
  }
  const file = join(folder, "redis.conf");
  await writeFile(file, `${lines.join("\n")}\n`);
  return [file];
}

/** TLS and nothing else. */
function settings({ folder, port, logsStatements = false }: Parts): string[] {
  return [
    "port 0",
    `tls-port ${port}`,
    `bind ${HOST}`,
    `tls-cert-file ${join(folder, "server.crt")}`,
    `tls-key-file ${join(folder, "server.key")}`,
    `tls-ca-cert-file ${join(folder, "ca.crt")}`,
    "tls-auth-clients no",
    "tls-replication yes",
    "tls-cluster yes",
    `dir ${folder}`,
    'save ""',
    "appendonly no",
    "repl-diskless-sync-delay 0",
    "loglevel verbose",
    ...(logsStatements ? ["slowlog-log-slower-than 0", "slowlog-max-len 1000"] : []),
  ];
}

/** `port 0` as `--port 0`. */
const asArguments = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => {
    const [name = "", ...values] = line.split(" ");
    return [`--${name}`, ...values.map((value) => value.replace(/^""$/, ""))];
  });
