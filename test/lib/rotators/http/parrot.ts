import type { VirtualClock } from "../../../../lab/walk/clock.ts";
import type { Reply } from "../../../../lib/rotators/http/reply.ts";
import type { Transport } from "../../../../lib/rotators/http/transport.ts";

interface Key {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly scopes: readonly string[];
  deletedAt?: number;
}

/** The provider of docs/write-a-preset.md, as its reference would describe it. It keeps a deleted key for three minutes. */
export class Parrot {
  readonly keys: Key[] = [];
  readonly requests: string[] = [];
  readonly adminToken = "adm";
  /** The next key is created, and its reply is lost. */
  losesReply = false;
  readonly #clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  add(label: string, scopes: readonly string[]): Key {
    const id = `key_${this.keys.length + 1}`;
    const key = { id, label, scopes, value: `value-of-${id}` };
    this.keys.push(key);
    return key;
  }

  delete(id: string): void {
    for (const key of this.existing) if (key.id === id) key.deletedAt = this.#clock.now;
  }

  get existing(): readonly Key[] {
    return this.keys.filter(({ deletedAt }) => deletedAt === undefined);
  }

  readonly transport: Transport = async ({ host, method, path, headers, body }) => {
    const url = new URL(path, `https://${host}`);
    this.requests.push(`${method} ${url.pathname}`);
    if (host !== "api.parrot.example") return { failed: "ENOTFOUND" };
    if (url.pathname === "/v1/whoami") return this.#whoami(headers["X-Parrot-Key"]);
    if (headers["Authorization"] !== `Bearer ${this.adminToken}`)
      return { status: 401, json: { error: "unauthorized" } };
    const [, id] = /^\/v1\/keys\/(\w+)$/.exec(url.pathname) ?? [];
    if (id !== undefined) return this.#one(method, id);
    if (url.pathname !== "/v1/workspaces/birds/keys") return { status: 404 };
    if (method === "GET") return this.#page(url.searchParams);
    const { label, scopes } = JSON.parse(body?.toString() ?? "{}");
    const key = this.add(label, scopes);
    if (!this.losesReply) return { status: 201, json: { key } };
    this.losesReply = false;
    return { failed: "ECONNRESET" };
  };

  #whoami(value: string | undefined): Reply {
    const key = this.keys.find((each) => each.value === value);
    const isKept = key?.deletedAt === undefined || this.#clock.now < key.deletedAt + 180_000;
    if (!key || !isKept) return { status: 401, json: { error: "unknown_key" } };
    return { status: 200, json: { workspace: "birds", scopes: key.scopes } };
  }

  #one(method: string, id: string): Reply {
    const key = this.existing.find((each) => each.id === id);
    if (!key) return { status: 404 };
    if (method === "GET") return { status: 200, json: { scopes: key.scopes } };
    this.delete(id);
    return { status: 204 };
  }

  #page(query: URLSearchParams): Reply {
    const limit = Number(query.get("limit"));
    const start = Number(query.get("after") ?? 0);
    const keys = this.existing
      .slice(start, start + limit)
      .map(({ id, label }) => ({ id, label, used_at: null }));
    const next = start + limit < this.existing.length ? String(start + limit) : undefined;
    return { status: 200, json: { keys, next } };
  }
}
