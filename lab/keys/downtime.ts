import type { DowntimeRow } from "../downtime/measure.ts";
import type { Behaviour } from "./fake-provider.ts";
import { KeyAccount } from "./key-account.ts";

/** Between two calls of one consumer, and for how long the other one keeps a key; in milliseconds. */
const [pace, cache] = [100, 5 * 60_000];

/** How long consumers that cannot be seen get, as the manifest of an application with such a cache says. */
const grace = 15 * 60_000;

/** New keys, and old ones, flicker for a while. */
const flickering: Behaviour = { activation: 8_000, revocation: 60_000, deadFor: 120_000 };

/**
 * Rotates a key again and again under the calls of two consumers: one reads AWSCURRENT before each, one keeps what it read
 * for five minutes. In this process, on a clock of its own, on a provider whose keys flicker.
 */
export async function measureKeyDowntime(rotations: number): Promise<DowntimeRow> {
  const account = new KeyAccount(flickering);
  const calls = new Calls(account);
  const total = { attempted: 0, failed: 0, failedMax: 0, failedSpanMs: 0 };
  // The key that a person created has worked for long.
  account.clock.pass(grace);
  calls.next();
  for (let done = 0; done < rotations; done += 1) {
    const ran = await account.rotate(`rotation-${done}`, 1);
    account.clock.pass(grace);
    const looks = await account.settle();
    if (ran.kind !== "done" || looks === 60)
      throw new Error(`Rotation ${done + 1} did not settle.`);
    const { attempted, failed, failedSpanMs } = calls.take();
    total.attempted += attempted;
    total.failed += failed;
    total.failedMax = Math.max(total.failedMax, failed);
    total.failedSpanMs = Math.max(total.failedSpanMs, failedSpanMs);
  }
  return { engine: "key (simulated)", strategy: "issue", stepGapMs: 0, rotations, ...total };
}

/** What the consumers have called, and how often they were refused. */
class Calls {
  readonly #account: KeyAccount;
  #cached = { key: "", until: 0 };
  #attempted = 0;
  #failedAt: number[] = [];

  constructor(account: KeyAccount) {
    this.#account = account;
  }

  /** Both call once, and again after the pace. */
  next(): void {
    const { clock, service } = this.#account;
    const key = this.#account.value()["api_key"] ?? "";
    if (clock.now >= this.#cached.until) this.#cached = { key, until: clock.now + cache };
    for (const each of [key, this.#cached.key]) {
      this.#attempted += 1;
      if (!service.use(each)) this.#failedAt.push(clock.now);
    }
    clock.change(pace, () => this.next());
  }

  /** Since this was asked last. */
  take() {
    const failedAt = this.#failedAt;
    const [first = 0, last = first] = [failedAt[0], failedAt.at(-1)];
    const taken = {
      attempted: this.#attempted,
      failed: failedAt.length,
      failedSpanMs: last - first,
    };
    this.#attempted = 0;
    this.#failedAt = [];
    return taken;
  }
}
