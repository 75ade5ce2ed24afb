import type { Context } from "../context/context.ts";

/**
 * In milliseconds from one change to the next. RotateSecret and CancelRotateSecret together have 50 a second (Secrets
 * Manager quotas), which others need too; and each schedule that is set invokes testSecret, which logs in to a database.
 */
const usual = 200;

/** Spreads changes in time, whoever makes them. */
export class Pace {
  readonly #interval: number;
  #next = 0;

  /** @param interval in milliseconds */
  constructor(interval = usual) {
    this.#interval = interval;
  }

  /** @throws DeadlineReached */
  async turn({ now, sleep }: Pick<Context, "now" | "sleep">): Promise<void> {
    const at = now().getTime();
    const begin = Math.max(at, this.#next);
    this.#next = begin + this.#interval;
    if (begin > at) await sleep(begin - at);
  }
}
