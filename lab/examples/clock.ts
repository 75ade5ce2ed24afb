import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { aheadDate } from "../ahead-date.ts";

/**
 * The time of this process, and of those that get its `env`, which jumps when the run lets time pass: keys of providers
 * take hours to end. One at a time; disposed of, it gives the time back.
 */
export class SharedClock implements Disposable {
  readonly #date = globalThis.Date;
  readonly #path: string;
  readonly #file: number;
  #ahead = 0;

  constructor(folder: string) {
    this.#path = join(folder, "ahead");
    this.#file = openSync(this.#path, "w");
    this.jump(0);
    globalThis.Date = aheadDate(() => this.#ahead);
  }

  get env(): Readonly<Record<string, string>> {
    return { AHEAD_FILE: this.#path };
  }

  jump(ms: number): void {
    this.#ahead += ms;
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleLE(this.#ahead);
    writeSync(this.#file, bytes, 0, 8, 0);
  }

  [Symbol.dispose](): void {
    globalThis.Date = this.#date;
    closeSync(this.#file);
  }
}
