import { Secret } from "../../secret/secret.ts";
import { type Flavour, flavoursOf } from "./keyword-flavours.ts";
import type { Role } from "./login.ts";
import { bracketed, type ConnectionText } from "./url.ts";

interface Part {
  readonly role: Role;
  readonly value: string;
  readonly written: string;
  readonly start: number;
}

/** `host=db user=app password=…`, `Server=db;User Id=app;Password=…`; `undefined` when the text is neither. */
export function parseKeywords(text: string): ConnectionText | undefined {
  const [best] = flavoursOf(text)
    .map((flavour) => ({ flavour, parts: partsIn(text, flavour) }))
    .filter(({ parts }) => parts.length > 0)
    .toSorted((a, b) => b.parts.length - a.parts.length);
  return best && textOf(text, best.flavour, best.parts);
}

/** The pairs that play a role; none when the text is anything else than pairs. */
function partsIn(text: string, { pair, roleOf, unquote }: Flavour): readonly Part[] {
  const parts: Part[] = [];
  const pattern = new RegExp(pair, `${pair.flags}d`);
  while (pattern.lastIndex < text.length) {
    const found = pattern.exec(text);
    const { key = "", value: written = "" } = found?.groups ?? {};
    if (!found) return [];
    const role = roleOf(key);
    const [start = 0] = found.indices?.groups?.["value"] ?? [];
    if (role) parts.push({ role, value: unquote(written), written, start });
  }
  return parts;
}

function textOf(text: string, { quote }: Flavour, parts: readonly Part[]): ConnectionText {
  const all = (role: Role) => parts.filter((part) => part.role === role && part.value !== "");
  const first = (role: Role) => all(role)[0]?.value;
  const [username, password, database] = (["username", "password", "database"] as const).map(first);
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: new Secret(password) }),
    ...(database !== undefined && { database }),
    hosts: hosts(first("host") ?? "", first("port") ?? ""),
    isUrl: false,
    isAmbiguous: (["username", "password"] as const).some(
      (role) => parts.filter((part) => part.role === role).length > 1,
    ),
    with(username, password) {
      const next: Partial<Record<Role, string>> = { username, password };
      return parts.toReversed().reduce((changed, { role, value, written, start }) => {
        const wanted = next[role];
        if (wanted === undefined || wanted === value) return changed;
        const end = start + written.length;
        return changed.slice(0, start) + quote(wanted, written) + changed.slice(end);
      }, text);
    },
  };
}

/** As a URL has them: `a:5432,[::1]:5433`. One port is that of all hosts. */
function hosts(names: string, ports: string): string {
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
