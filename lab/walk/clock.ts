/** What happens by itself at a time. Actions that invoke functions are `work`, everything else is a `change`. */
interface Due {
  readonly at: number;
  readonly order: number;
  readonly change?: () => void;
  readonly work?: () => Promise<void>;
}

/** The time of the simulated account, in epoch milliseconds. It passes only when somebody lets it pass. */
export class VirtualClock {
  #now: number;
  #order = 0;
  #changes: Due[] = [];
  #work: Due[] = [];

  constructor(start: number) {
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** Something of the world changes by itself, also while a function runs. */
  change(afterMs: number, change: () => void): void {
    this.#order += 1;
    insert(this.#changes, { at: this.#now + afterMs, order: this.#order, change });
  }

  /** A service invokes a function. One that is running ends first, unless the walk says otherwise. */
  work(afterMs: number, work: () => Promise<void>): void {
    this.#order += 1;
    insert(this.#work, { at: this.#now + afterMs, order: this.#order, work });
  }

  /** Time passes inside a function: only changes take place. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#changes[0]; next && next.at <= end; next = this.#changes[0]) {
      this.#changes.shift();
      this.#now = Math.max(this.#now, next.at);
      next.change?.();
    }
    this.#now = Math.max(this.#now, end);
  }

  /** Time passes, and everything that is due by then happens. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    while ((this.#work[0]?.at ?? Infinity) <= end) await this.next();
    if (end > this.#now) this.pass(end - this.#now);
  }

  /** Only the next invocation that is due, now or later. @returns whether there was one */
  async next(): Promise<boolean> {
    const next = this.#work.shift();
    if (!next) return false;
    if (next.at > this.#now) this.pass(next.at - this.#now);
    await next.work?.();
    return true;
  }
}

function insert(list: Due[], due: Due): void {
  const behind = list.findIndex(({ at }) => at > due.at);
  list.splice(behind < 0 ? list.length : behind, 0, due);
}
