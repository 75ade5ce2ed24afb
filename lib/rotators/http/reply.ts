import type { IncomingMessage } from "node:http";

/** What a host answered. It may hold secrets. */
export interface Reply {
  readonly status: number;
  /** `undefined` where there is no body, or one that is not JSON. */
  readonly json?: unknown;
  /** Where the body is not JSON. */
  readonly text?: string | undefined;
  /** The header `Retry-After`. */
  readonly retryAfter?: string | undefined;
  /** The header `Link` (RFC 8288). */
  readonly link?: string | undefined;
}

/** In bytes. */
const largest = 1024 * 1024;

class UnusableReply extends Error {
  /** For messages. */
  readonly code: string;

  constructor(why: string) {
    super();
    this.code = why;
  }
}

/** Reads all of a reply. @throws UnusableReply */
export async function readReply(message: IncomingMessage): Promise<Reply> {
  const { statusCode: status = 0, headers } = message;
  if (headers["content-encoding"] !== undefined && headers["content-encoding"] !== "identity")
    throw new UnusableReply("a compressed reply, which was not asked for");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size > largest) throw new UnusableReply("a reply of more than 1 MiB");
    chunks.push(chunk);
  }
  return {
    status,
    ...bodyOf(Buffer.concat(chunks).toString()),
    retryAfter: headers["retry-after"],
    link: headers["link"]?.toString(),
  };
}

function bodyOf(text: string): Pick<Reply, "json" | "text"> {
  if (text.trim() === "") return {};
  try {
    return { json: JSON.parse(text, exactly) };
  } catch {
    // Also of what is nested too deep for anybody to look into.
    return { text };
  }
}

/** An integer that a number cannot hold stays as it is written: as an id, another one would be another key's. */
function exactly(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const isRounded = typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER;
  const source = context?.source ?? "";
  return isRounded && /^-?\d+$/.test(source) ? source : value;
}

/** In milliseconds. `Retry-After` has seconds, or a date (RFC 9110 section 10.2.3); it may be absent. */
export function waitOf({ retryAfter }: Reply, now: Date): number {
  if (retryAfter === undefined) return 5_000;
  if (/^\d{1,6}$/.test(retryAfter)) return Number(retryAfter) * 1e3;
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) ? 5_000 : Math.max(0, at - now.getTime());
}
