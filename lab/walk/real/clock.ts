import timers from "node:timers/promises";
import { aheadDate } from "../../ahead-date.ts";

interface Due {
  readonly at: number;
  readonly change: () => void;
}

/**
 * The time of this process, which jumps when the walk lets time pass, and by what a function pauses. Timers, sockets
 * and database servers keep the machine's. One at a time; disposed of, it gives the time back.
 */
export class JumpingClock implements Disposable {
  readonly #date = globalThis.Date;
  readonly #setTimeout = timers.setTimeout;
  #ahead = 0;
  #due: Due[] = [];

  /** @param pace of the stand-in: what waits so many milliseconds on AWS waits a part of that here */
  constructor(pace: number) {
    globalThis.Date = aheadDate(() => this.#ahead);
    // The stand-in gives it to the functions in this process, with pauses as short as its pace says.
    timers.setTimeout = async (ms = 0, value, options) => {
      const waited = await this.#setTimeout(ms, value, options);
      this.#ahead += ms * (pace - 1);
      // The caller's type is the one of what it gave.
      return waited as never;
    };
  }

  get now(): number {
    return this.#date.now() + this.#ahead;
  }

  /** Something happens by itself, when so much time has passed. */
  change(afterMs: number, change: () => void): void {
    this.#due.push({ at: this.now + afterMs, change });
  }

  jump(ms: number): void {
    this.#ahead += ms;
    const due = this.#due.filter(({ at }) => at <= this.now).toSorted((a, b) => a.at - b.at);
    this.#due = this.#due.filter((each) => !due.includes(each));
    for (const { change } of due) change();
  }

  [Symbol.dispose](): void {
    globalThis.Date = this.#date;
    timers.setTimeout = this.#setTimeout;
  }
}
