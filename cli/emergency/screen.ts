import type { WriteStream } from "node:tty";

/** Lines that are drawn over and over at the same place of a terminal. */
export class Screen {
  readonly #stream: Pick<WriteStream, "write">;
  #height = 0;

  constructor(stream: Pick<WriteStream, "write">) {
    this.#stream = stream;
  }

  /** @param lines each no longer than the terminal is wide */
  draw(lines: readonly string[]): void {
    const back = this.#height > 0 ? `\x1b[${this.#height}A` : "";
    // Up to where the last ones began, and clear from there (ECMA-48: CUU, ED).
    this.#stream.write(`${back}\r\x1b[J${lines.map((line) => `${line}\n`).join("")}`);
    this.#height = lines.length;
  }
}
