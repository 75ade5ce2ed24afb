import { Secret } from "../../secret/secret.ts";
import { type Flavour, flavoursOf } from "./keyword-flavours.ts";
import { type Key, placesOf } from "./places.ts";
import type { ConnectionText } from "./url.ts";

interface Part {
  readonly role: Key;
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
  const all = (role: Key) =>
    parts.flatMap((part) => (part.role === role && part.value !== "" ? [part.value] : []));
  const first = (role: Key) => all(role)[0];
  const [username, password, database] = (["username", "password", "database"] as const).map(first);
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: new Secret(password) }),
    ...(database !== undefined && { database }),
    places: placesOf(all),
    isAmbiguous: (["username", "password"] as const).some(
      (role) => parts.filter((part) => part.role === role).length > 1,
    ),
    with(username, password) {
      const next: Partial<Record<Key, string>> = { username, password };
      return parts.toReversed().reduce((changed, { role, value, written, start }) => {
        const wanted = next[role];
        if (wanted === undefined || value === "" || wanted === value) return changed;
        const end = start + written.length;
        return changed.slice(0, start) + quote(wanted, written) + changed.slice(end);
      }, text);
    },
  };
}
