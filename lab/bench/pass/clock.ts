/** A clock that jumps to the next thing that waits for it as soon as nothing else is left to do. */
export class VirtualClock {
  ms = Date.parse("2026-03-01T12:00:00Z");
  readonly #timers: { at: number; wake: () => void }[] = [];

  now = () => new Date(this.ms);

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.at(this.ms + ms, wake));
  }

  /** Calls this at a time, in milliseconds. */
  at(at: number, wake: () => void): void {
    const after = this.#timers.findLastIndex((timer) => timer.at <= at);
    this.#timers.splice(after + 1, 0, { at, wake });
  }

  /** Lets time pass until the work is done. @throws as the work, or when it waits for nothing */
  async until<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => {});
    while (!isDone) {
      // All that runs without waiting runs before this.
      await new Promise((resolve) => setImmediate(resolve));
      const next = isDone ? undefined : this.#timers.shift();
      if (!next) continue;
      this.ms = Math.max(this.ms, next.at);
      next.wake();
    }
    return done;
  }
}

/** So many calls a second, and as many at once; a call beyond waits, as the SDK's retries do. */
export class Quota {
  readonly #clock: VirtualClock;
  readonly #perSecond: number;
  #free: number;

  constructor(clock: VirtualClock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#free = clock.ms;
  }

  async take(): Promise<void> {
    const gap = 1000 / this.#perSecond;
    this.#free = Math.max(this.#free, this.#clock.ms - 1000) + gap;
    if (this.#free > this.#clock.ms) await this.#clock.sleep(this.#free - this.#clock.ms);
  }
}
