import type { KeyEntry } from "../key/provider.ts";
import type { Conversation } from "./conversation.ts";
import { idIn } from "./key-id.ts";
import { ourName } from "./key-name.ts";
import { nextPage, type PageQuery } from "./paging.ts";
import { textOf } from "./placeholders.ts";
import { at, atFirst } from "./pointer.ts";
import type { Preset } from "./schema.ts";

export type List = NonNullable<Preset["list"]>;

/** Every key on every page. @throws as the port */
export const listKeys = async (talk: Conversation, list: List): Promise<readonly KeyEntry[]> =>
  (await readList(talk, list)).map(({ entry }) => entry);

interface Listed {
  readonly entry: KeyEntry;
  /** As the provider has it. */
  readonly item: unknown;
}

/** Every key on every page. @throws as the port */
export async function readList(talk: Conversation, list: List): Promise<readonly Listed[]> {
  const listed = new Map<string, Listed>();
  const { max = 1 } = list.paging ?? {};
  let query: PageQuery = {};
  for (let page = 1; ; page += 1) {
    const reply = await talk.succeed(list, { query }, "list keys");
    const items = at(reply.json, list.items);
    if (!Array.isArray(items))
      throw talk.unavailable(list, ` answered without ${list.items || "a list"}`);
    const found = items.map((item) => entryOf(talk, list, item));
    for (const [index, entry] of found.entries()) {
      const item: unknown = items[index];
      if (!list.skip || !hasAt(item, list.skip)) listed.set(entry.id, { entry, item });
    }
    const next = nextPage(list, reply, {
      found,
      query,
      page,
      host: talk.spec.hosts[list.host] ?? "",
    });
    if (next === "none") return [...listed.values()];
    if (next === "elsewhere") throw talk.unavailable(list, " has its next page elsewhere");
    if (page >= max) throw talk.unavailable(list, ` has more than ${max} pages`);
    query = next;
  }
}

/** Without an id a key cannot be told from the others, so that nothing may be decided on this list. */
function entryOf(talk: Conversation, list: List, item: unknown): KeyEntry {
  const id = idIn(item, list.id);
  if (id === undefined) throw talk.unavailable(list, " answered with a key that has no id");
  const { name, created, lastUsed, disabled } = list;
  return {
    id,
    name: name === undefined ? undefined : ourName(talk.spec.preset, textOf(atFirst(item, name))),
    createdAt: created === undefined ? undefined : timeOf(atFirst(item, created), list),
    lastUsedAt: lastUsed === undefined ? undefined : lastUse(atFirst(item, lastUsed), list),
    isDisabled: disabled && hasAt(item, disabled),
  };
}

const hasAt = (item: unknown, { pointer, equals }: NonNullable<List["skip"]>): boolean =>
  JSON.stringify(atFirst(item, pointer)) === JSON.stringify(equals);

/** Absent or `null`: never. A value that is not a time is ignored. */
function lastUse(value: unknown, list: List): Date | null | undefined {
  return value === undefined || value === null ? null : timeOf(value, list);
}

function timeOf(value: unknown, { unit }: List): Date | undefined {
  const number = Number(value);
  const ms = unit === "iso" ? Date.parse(String(value)) : unit === "unix" ? number * 1e3 : number;
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
