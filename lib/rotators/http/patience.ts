import { ProviderBusy, ProviderUnavailable } from "../key/errors.ts";
import type { Access } from "../key/provider.ts";
import { type Reply, waitOf } from "./reply.ts";
import type { Silence } from "./transport.ts";

/** A longer wait is left to the next attempt. In milliseconds. */
const longestWait = 30_000;

/**
 * An answer that is neither silence nor a failure of the server. Asked to wait, it waits.
 * @param title of the provider
 * @param what the request, for messages, e.g. `POST /api-keys`
 * @throws ProviderUnavailable, ProviderBusy
 */
export async function answered(
  title: string,
  what: string,
  at: Pick<Access, "now" | "sleep">,
  ask: () => Promise<Reply | Silence>,
): Promise<Reply> {
  for (let attempt = 0; ; attempt += 1) {
    const reply = await ask();
    if ("failed" in reply) throw new ProviderUnavailable(title, `${what}: ${reply.failed}`);
    if (reply.status >= 500 || (reply.status >= 300 && reply.status < 400))
      throw new ProviderUnavailable(title, `${what} answered HTTP ${reply.status}`);
    if (reply.status !== 429) return reply;
    const wait = waitOf(reply, at.now());
    if (attempt > 2 || wait > longestWait) throw new ProviderBusy(title, Math.ceil(wait / 1000));
    await at.sleep(wait);
  }
}
