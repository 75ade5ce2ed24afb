import { ProviderBusy, ProviderUnavailable } from "./errors.ts";
import type { Access, KeyParts, Outcome, Provider } from "./provider.ts";

/** A longer wait is left to the next attempt. In milliseconds. */
const longestWait = 30_000;

/** What one use of a key shows. @throws ProviderUnavailable, ProviderBusy */
async function isAlive(provider: Provider, key: KeyParts, at: Access): Promise<boolean> {
  for (let attempt = 0; ; attempt += 1) {
    const outcome = await provider.probe(key, at);
    if (outcome.is === "alive" || outcome.is === "restricted") return true;
    if (outcome.is === "dead") return false;
    if (outcome.is === "unknown") throw new ProviderUnavailable(provider.name, outcome.why);
    if (attempt > 2 || outcome.ms > longestWait)
      throw new ProviderBusy(provider.name, Math.ceil(outcome.ms / 1000));
    await at.sleep(outcome.ms);
  }
}

/**
 * Whether a key works. One answer shows that it does; that it is refused counts only when it is said so many times in
 * a row as the provider is steady after.
 * @throws ProviderUnavailable, ProviderBusy
 */
export async function accepts(provider: Provider, key: KeyParts, at: Access): Promise<boolean> {
  const { times, every } = provider.traits.dead;
  for (let count = 1; ; count += 1) {
    if (await isAlive(provider, key, at)) return true;
    if (count >= times) return false;
    await at.sleep(every);
  }
}

/** Waits until a new key is steadily accepted. @returns the last answer where it was not in its time */
export async function becomesAlive(
  provider: Provider,
  key: KeyParts,
  at: Access,
): Promise<Outcome | "alive"> {
  const { times, every, within } = provider.traits.alive;
  const end = at.now().getTime() + within;
  let inRow = 0;
  for (;;) {
    const outcome = await provider.probe(key, at);
    inRow = outcome.is === "alive" || outcome.is === "restricted" ? inRow + 1 : 0;
    if (inRow >= times) return "alive";
    const pause = outcome.is === "wait" ? Math.max(outcome.ms, every) : every;
    if (at.now().getTime() + pause > end) return outcome;
    await at.sleep(pause);
  }
}
