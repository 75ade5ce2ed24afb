/** Bytes in the order in which they came. A long answer comes in thousands of parts, so room is made ahead of them. */
export class Received {
  #room: Buffer = Buffer.alloc(4096);
  #length = 0;

  /** Until the next call. */
  get bytes(): Buffer {
    return this.#room.subarray(0, this.#length);
  }

  add(part: Buffer): void {
    const length = this.#length + part.length;
    if (length > this.#room.length) {
      const room = Buffer.alloc(2 * length);
      this.#room.copy(room, 0, 0, this.#length);
      this.#room = room;
    }
    part.copy(this.#room, this.#length);
    this.#length = length;
  }

  /** Forgets the first ones. */
  take(count: number): void {
    this.#room.copy(this.#room, 0, count, this.#length);
    this.#length -= count;
  }
}
