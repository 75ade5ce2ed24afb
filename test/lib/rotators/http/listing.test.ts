import { describe, expect, it } from "vitest";
import { httpProvider } from "../../../../lib/rotators/http/provider.ts";
import { type Answer, accessWith, answering, specOf } from "./acme.ts";

const listWith = (paging: object | undefined, more: object = {}) => ({
  list: {
    path: "/keys",
    query: { size: 2 },
    items: "/keys",
    id: "/id",
    name: "/name",
    paging,
    ...more,
  },
});

const page = (ids: readonly number[], more: object = {}) => ({
  json: { keys: ids.map((id) => ({ id, name: `n${id}` })), ...more },
});

async function list(changes: object, ...replies: readonly Answer[]) {
  const { transport, sent } = answering(...replies);
  const { access } = accessWith();
  const provider = httpProvider(specOf(changes), transport);
  const result = await provider.list?.(access).catch((error) => error);
  return { result, paths: sent.map(({ path }) => path) };
}

const ids = (entries: unknown) => [entries].flat().map((entry) => Object(entry).id);

describe("a list", () => {
  it.each<[string, object, ReturnType<typeof page>[], string[]]>([
    ["of one page", listWith(undefined), [page([1, 2])], ["/keys?size=2"]],
    [
      "with a cursor of the provider's",
      listWith({ cursor: "after", from: "/next" }),
      [page([1], { next: "a {name}&b" }), page([2], { next: "" })],
      ["/keys?size=2", "/keys?size=2&after=a+%7Bname%7D%26b"],
    ],
    [
      "after the last item",
      listWith({ cursor: "after", from: "last-item-id", more: "/has_more" }),
      [page([1], { has_more: true }), page([2], { has_more: false })],
      ["/keys?size=2", "/keys?size=2&after=1"],
    ],
    [
      "by numbers, until a page is empty",
      listWith({ page: "page" }),
      [page([1]), page([2]), page([])],
      ["/keys?size=2", "/keys?size=2&page=2", "/keys?size=2&page=3"],
    ],
    [
      "by numbers from 0, with their count",
      listWith({ page: "page", first: 0, pages: "/pages" }),
      [page([1], { pages: 2 }), page([2], { pages: 2 })],
      ["/keys?size=2", "/keys?size=2&page=1"],
    ],
    [
      "by offsets",
      listWith({ offset: "skip" }),
      [page([1, 2]), page([])],
      ["/keys?size=2", "/keys?size=2&skip=2"],
    ],
  ])("%s is read whole", async (_, changes, replies, paths) => {
    const read = await list(changes, ...replies);
    expect(read.paths).toEqual(paths);
    const all = replies.flatMap(({ json }) => json.keys.map(({ id }) => String(id)));
    expect(ids(read.result)).toEqual(all);
  });

  const links = {
    next: (url: string) => ({
      ...page([1]),
      link: `<https://api.example.com/first>; rel="prev", <${url}>; rel="next"`,
    }),
    in: (url: string) => page([1], { meta: { next: url } }),
  };

  it.each(["https://api.example.com/keys?cursor=a%20b", "/keys?cursor=a%20b"])(
    "goes on at the link %s",
    async (url) => {
      const byHeader = await list(listWith({ link: "header" }), links.next(url), page([2]));
      const byBody = await list(listWith({ link: "/meta/next" }), links.in(url), page([2]));
      for (const { result, paths } of [byHeader, byBody]) {
        expect(ids(result)).toEqual(["1", "2"]);
        expect(paths).toEqual(["/keys?size=2", "/keys?size=2&cursor=a+b"]);
      }
    },
  );

  it.each([
    "https://evil.example.com/keys?cursor=a",
    "https://api.example.com.evil.com/keys",
    "http://api.example.com/keys?cursor=a",
    "https://api.example.com:8443/keys",
    "https://user@api.example.com/keys",
    "//evil.example.com/keys",
    "https://api.example.com/other",
    "https://api.example.com/keys/../admin",
    "\\\\evil.example.com/keys",
    "https://[",
  ])("does not go on at the link %s", async (url) => {
    for (const [paging, reply] of [
      [{ link: "header" }, links.next(url)],
      [{ link: "/meta/next" }, links.in(url)],
    ] as const) {
      const { result, paths } = await list(listWith(paging), reply);
      expect(result).toMatchObject({
        code: "PROVIDER_UNAVAILABLE",
        message: expect.stringContaining("its next page elsewhere"),
      });
      expect(paths).toHaveLength(1);
    }
  });

  it("ends at a link that has no results (Sentry)", async () => {
    const link = '<https://api.example.com/keys?cursor=1>; rel="next"; results="false"; cursor="1"';
    const { result } = await list(listWith({ link: "header" }), { ...page([1]), link });
    expect(ids(result)).toEqual(["1"]);
  });

  it("of more pages than the preset says is no list", async () => {
    const paging = { cursor: "after", from: "/next", max: 2 };
    const { result } = await list(
      listWith(paging),
      page([1], { next: "a" }),
      page([2], { next: "b" }),
    );
    expect(result).toMatchObject({ message: expect.stringContaining("has more than 2 pages") });
  });

  it.each([
    [{ json: {} }, "answered without /keys"],
    [{ json: { keys: [{ name: "n" }] } }, "answered with a key that has no id"],
    [{ status: 200, text: "<html>" }, "answered HTTP 200, and not in JSON"],
  ])("of another form (%j) is no list", async (reply, message) => {
    const { result } = await list(listWith(undefined), reply);
    expect(result).toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
      message: expect.stringContaining(message),
    });
  });

  it("tells when keys were created and used, and whether they are disabled", async () => {
    const more = {
      items: "",
      created: "/created",
      lastUsed: "/used",
      disabled: { pointer: "/state", equals: "off" },
    };
    const at = new Date("2027-01-01T00:00:00Z");
    const created = at.toISOString();
    const reply = {
      json: [
        { id: "a", created, used: null, state: "off" },
        { id: "b", created, used: created, state: "on" },
        { id: "c", created, used: "long ago", state: "on" },
      ],
    };
    const iso = await list(listWith(undefined, more), reply);
    expect(iso.result).toEqual([
      { id: "a", createdAt: at, lastUsedAt: null, isDisabled: true },
      { id: "b", createdAt: at, lastUsedAt: at, isDisabled: false },
      { id: "c", createdAt: at, lastUsedAt: undefined, isDisabled: false },
    ]);
    for (const [unit, value] of [
      ["unix", at.getTime() / 1e3],
      ["ms", at.getTime()],
    ] as const) {
      const json = [{ id: "a", created: value, used: value, state: "on" }];
      const { result } = await list(listWith(undefined, { ...more, unit }), { json });
      expect(result).toMatchObject([{ createdAt: at, lastUsedAt: at }]);
    }
  });
});
