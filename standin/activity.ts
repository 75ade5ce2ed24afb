/** Counts background work, so that a caller can wait until there is none. */
export class Activity {
  #count = 0;
  #waiting: (() => void)[] = [];

  /**
   * Work has begun; it ends when the result is disposed of. Work that follows from it must begin before it
   * ends, or `idle` resolves in between.
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
