import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import type { HeldKey } from "../keys.ts";
import { count, pageAfter } from "../paging.ts";
import { characters } from "../random.ts";
import { basic } from "../shown.ts";

const account = "ACa1b2c3d4e5f60718293a4b5c6d7e8f90";
const sid = z.string().regex(/^AC[0-9a-fA-F]{32}$/);
const error = (status: number, code: number, message: string): Reply => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});
const notFound = error(404, 20404, "The requested resource was not found");

const make = () => ({ sid: `SK${characters(32, "hex")}`, secret: characters(32) });
/** RFC 2822. */
const date = (ms: number) => new Date(ms).toUTCString().replace("GMT", "+0000");
const item = ({ id, name, createdAt }: HeldKey) => ({
  ...{ sid: id, friendly_name: name, flags: ["rest_api", "signing"] },
  ...{ date_created: date(createdAt), date_updated: date(createdAt) },
});
const policyOf = ({ attributes }: HeldKey) => attributes["policy"] ?? null;

export const twilio: Description = {
  name: "twilio",
  sources: [
    "twilio/twilio-oai@d50069b spec/json/twilio_iam_v1.json",
    "https://www.twilio.com/docs/iam/api-keys/key-resource-v1",
  ],
  hosts: ["iam.twilio.com", "api.twilio.com"],
  segments: { account },
  refusals: {
    unauthorized: error(401, 20003, "Authenticate"),
    forbidden: error(403, 20403, "Forbidden"),
    notFound,
    rateLimited: error(429, 20429, "Too Many Requests"),
    down: error(500, 20500, "Internal Server Error"),
    invalid: (what) => error(400, 20001, what),
  },
  admin: make,
  credential: ({ sid, secret }) => `${sid}:${secret}`,
  shown: basic,
  mint() {
    const { sid, secret } = make();
    return { id: sid, credential: `${sid}:${secret}`, values: { secret } };
  },
  operations: [
    operation("POST /v1/Keys", {
      by: "admin",
      form: z.strictObject({
        AccountSid: sid,
        FriendlyName: z.string().max(64).optional(),
        KeyType: z.literal("restricted").optional(),
        Policy: z.string().optional(),
      }),
      answer({ keys, mint, body: { FriendlyName = "", Policy } }) {
        const policy: unknown = Policy === undefined ? undefined : JSON.parse(Policy);
        const key = keys.add(mint(), FriendlyName, { policy });
        const secret = key.values["secret"];
        return { status: 201, body: { ...item(key), secret, policy: policyOf(key) } };
      },
    }),
    operation("GET /v1/Keys", {
      by: "admin",
      query: z.strictObject({
        AccountSid: sid,
        PageSize: count(1, 1000),
        Page: count(0, 1_000_000),
        PageToken: z.string().optional(),
      }),
      answer({ keys, query: { PageSize = 50, Page = 0, PageToken } }) {
        const { items, hasMore } = pageAfter(keys.all, PageToken?.slice(2), PageSize);
        const url = `https://iam.twilio.com/v1/Keys?AccountSid=${account}&PageSize=${PageSize}`;
        const next = `${url}&Page=${Page + 1}&PageToken=PA${items.at(-1)?.id}`;
        const meta = {
          ...{ page: Page, page_size: PageSize, key: "keys", url },
          ...{ first_page_url: `${url}&Page=0`, next_page_url: hasMore ? next : null },
        };
        return { status: 200, body: { keys: items.map(item), meta } };
      },
    }),
    operation("GET /v1/Keys/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        return key ? { status: 200, body: { ...item(key), policy: policyOf(key) } } : notFound;
      },
    }),
    operation("DELETE /v1/Keys/{id}", {
      by: "admin",
      answer({ keys, path: { id } }) {
        const key = keys.find(id);
        if (!key) return notFound;
        keys.remove(key);
        return { status: 204 };
      },
    }),
    operation("GET /2010-04-01/Accounts/{account}/Messages.json", {
      by: "key",
      host: "api.twilio.com",
      query: z.strictObject({ PageSize: count(1, 1000) }),
      answer: () => ({ status: 200, body: { messages: [], page: 0 } }),
    }),
  ],
};
