import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { STS } from "@aws-sdk/client-sts";
import { type Login, loginInUrl } from "../login.ts";
import { client as mongodb } from "../mongodb/client.ts";
import { client as redis } from "../redis/client.ts";

/** What an application does with a key, again and again. */
export interface Call {
  /** Its credential, as the table names it. */
  readonly of: string;
  readonly to: keyof typeof calls;
  /** The settings that hold the key. */
  readonly fields: readonly string[];
  /** The secret that they are read from, if they are not injected. */
  readonly secretId?: string;
}

/** A call that was not served. Its code is the HTTP status. */
class Refused extends Error {
  readonly code: string;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.code = String(status);
  }
}

/** As clients of Redis read a URL: without a user it means `default`. */
export function loginOfCache(url: string): Login {
  const login = loginInUrl(url);
  return { ...login, username: login.username || "default" };
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

/** One use of a key each. @param ca PEM of the authorities of servers, which providers do not need. @throws Refused, and what connections throw */
export const calls = {
  clerk: ([key = ""]) => get("api.clerk.com", "/v1/users/count", bearer(key)),
  google: ([key = ""]) =>
    get("safebrowsing.googleapis.com", "/v4/threatLists", { "x-goog-api-key": key }),
  huggingface: ([key = ""]) => get("huggingface.co", "/api/whoami-v2", bearer(key)),
  openai: ([key = ""]) => get("api.openai.com", "/v1/me", bearer(key)),
  // A key that may only send is told so.
  resend: ([key = ""]) => get("api.resend.com", "/api-keys?limit=1", bearer(key), [200, 401]),
  async mongodb([url = ""], ca) {
    await (await mongodb.open(loginInUrl(url), ca))[Symbol.asyncDispose]();
  },
  async redis([url = ""], ca) {
    await (await redis.open(loginOfCache(url), ca))[Symbol.asyncDispose]();
  },
  async aws([accessKeyId = "", secretAccessKey = ""]) {
    const client = new STS({ credentials: { accessKeyId, secretAccessKey } });
    try {
      await client.getCallerIdentity().catch((error) => {
        // It was under way when the time jumped.
        if (!/^Signature expired/.test(String(error?.message))) throw error;
        return client.getCallerIdentity();
      });
    } finally {
      client.destroy();
    }
  },
} satisfies Readonly<Record<string, (key: readonly string[], ca: string) => Promise<void>>>;

async function get(
  host: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  served: readonly number[] = [200],
): Promise<void> {
  const sent = request({
    ...{ host, path, port: 443, agent: false },
    headers: { ...headers, "user-agent": "app", connection: "close" },
  });
  sent.end();
  const [reply]: IncomingMessage[] = await once(sent, "response");
  sent.destroy();
  const status = reply?.statusCode ?? 0;
  if (!served.includes(status)) throw new Refused(status);
}
