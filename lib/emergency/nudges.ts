/** In milliseconds: after how long a rotation that is under way is asked to go on; the last one again and again. */
const pauses = [5000, 10_000, 30_000];

/** When a rotation is asked to go on, should it have stopped: ever more rarely. */
export class Nudges {
  #count = 0;
  #last = 0;

  /** At once where nobody has asked yet. */
  isDue(now: Date): boolean {
    const pause = pauses[Math.min(this.#count, pauses.length) - 1] ?? 0;
    return now.getTime() - this.#last >= pause;
  }

  note(at: Date): void {
    this.#count += 1;
    this.#last = at.getTime();
  }
}
