import type { KeyEntry } from "../key/provider.ts";
import { textOf } from "./placeholders.ts";
import { at } from "./pointer.ts";
import type { Reply } from "./reply.ts";
import type { Preset } from "./schema.ts";

type List = NonNullable<Preset["list"]>;

/** Parameters of the URL beside those of the preset, or in their place. A provider has chosen them: none is a template. */
export type PageQuery = Readonly<Record<string, string>>;

/** The page that was read. */
interface Page {
  readonly found: readonly KeyEntry[];
  /** With which it was asked for. */
  readonly query: PageQuery;
  /** The first one is 1. */
  readonly page: number;
  readonly host: string;
}

/** The parameters of the next page. `elsewhere`: its link leads to another host or path. Pure. */
export function nextPage(list: List, reply: Reply, last: Page): PageQuery | "none" | "elsewhere" {
  const { paging } = list;
  if (!paging) return "none";
  const { found, query, page } = last;
  if ("link" in paging) return linked(paging.link, list, reply, last);
  if ("page" in paging) {
    const pages = paging.pages === undefined ? undefined : Number(at(reply.json, paging.pages));
    const isLast = pages === undefined ? found.length === 0 : page >= pages;
    return isLast ? "none" : { ...query, [paging.page]: String(paging.first + page) };
  }
  if (paging.more !== undefined && !at(reply.json, paging.more)) return "none";
  if (found.length === 0) return "none";
  if ("offset" in paging) {
    const offset = Number(query[paging.offset] ?? 0) + found.length;
    return { ...query, [paging.offset]: String(offset) };
  }
  const cursor =
    paging.from === "last-item-id" ? found.at(-1)?.id : textOf(at(reply.json, paging.from));
  return cursor ? { ...query, [paging.cursor]: cursor } : "none";
}

/** A link gives parameters only: the request goes where the preset says. */
function linked(
  from: string,
  list: List,
  reply: Reply,
  { query, host }: Page,
): PageQuery | "none" | "elsewhere" {
  const link = from === "header" ? nextIn(reply.link ?? "") : textOf(at(reply.json, from));
  if (!link) return "none";
  const url = URL.parse(link, `https://${host}`);
  if (url?.protocol !== "https:" || url.host !== host || url.username !== "") return "elsewhere";
  if (!pathForm(list.path).test(url.pathname)) return "elsewhere";
  return { ...query, ...Object.fromEntries(url.searchParams) };
}

/** The target of `rel="next"` (RFC 8288); services that always send one mark the last by `results="false"`. */
function nextIn(header: string): string | undefined {
  const links = header.matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+="?[^",;]*"?)*)/g);
  for (const [, target, attributes = ""] of links)
    if (/;\s*rel="?next"?/.test(attributes) && !/results="?false"?/.test(attributes)) return target;
  return undefined;
}

/** Fits the path of the preset with anything for each placeholder. */
function pathForm(path: string): RegExp {
  const literals = path.split(/\{[^}]*\}/).map((each) => each.replace(/[.*+?^$()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literals.join("[^?#]+")}$`);
}
