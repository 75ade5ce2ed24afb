/** Counts what is under way in the background, so that a caller can wait until all is quiet. */
export class Activity {
  #count = 0;
  #waiting: (() => void)[] = [];

  /**
   * Something has begun; disposing of the result says that it has ended. What follows from it has
   * to begin before it ends, or the quiet in between is taken for the end.
   */
  begin(): Disposable {
    this.#count += 1;
    return { [Symbol.dispose]: () => this.#end() };
  }

  async idle(): Promise<void> {
    while (this.#count > 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #end(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
