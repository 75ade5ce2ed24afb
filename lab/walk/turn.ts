import type { VirtualClock } from "./clock.ts";

/** Lets an invocation go on beside others: whenever it sleeps, whatever is due by then happens. */
export class Turn {
  readonly #clock: VirtualClock;
  /** It sleeps, or has ended. */
  #rest = Promise.withResolvers<void>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Resolves when it sleeps for the first time, or has ended. */
  begin(work: () => Promise<unknown>): Promise<void> {
    const end = () => this.#rest.resolve();
    work().then(end, end);
    return this.#rest.promise;
  }

  sleep(ms: number): Promise<void> {
    const woken = Promise.withResolvers<void>();
    this.#clock.work(ms, () => {
      this.#rest = Promise.withResolvers();
      woken.resolve();
      return this.#rest.promise;
    });
    this.#rest.resolve();
    return woken.promise;
  }
}
