import { setImmediate } from "node:timers/promises";
import type { VirtualClock } from "./clock.ts";

/** Lets an invocation go on beside others: whenever it sleeps, whatever is due by then happens. */
export class Turn {
  readonly #clock: VirtualClock;
  /** It sleeps, or has ended. */
  #rest = Promise.withResolvers<void>();
  /** Parts of it that sleep at once. */
  #asleep = 0;
  #isOver = false;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Resolves when it sleeps for the first time, or has ended. */
  begin(work: () => Promise<unknown>): Promise<void> {
    const end = () => {
      this.#isOver = true;
      this.#rest.resolve();
    };
    work().then(end, end);
    return this.#rest.promise;
  }

  /** Never resolves where the invocation is over by then: it was killed. */
  sleep(ms: number): Promise<void> {
    const woken = Promise.withResolvers<void>();
    this.#asleep += 1;
    this.#clock.work(ms, () => this.#wake(woken.resolve));
    this.#rest.resolve();
    return woken.promise;
  }

  async #wake(wake: () => void): Promise<void> {
    if (this.#isOver) return;
    this.#asleep -= 1;
    this.#rest = Promise.withResolvers();
    wake();
    const { promise } = this.#rest;
    // Nothing tells that this part has ended while others sleep, but that it makes no call any more.
    await (this.#asleep > 0 ? Promise.race([promise, setImmediate()]) : promise);
  }
}
