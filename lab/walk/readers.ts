import type { VirtualClock } from "./clock.ts";
import type { Held, Holder } from "./holder.ts";

type Read = (secret: string) => readonly { secret: string; held: Held; worked: boolean }[];

/** Processes that nobody sees: each reads AWSCURRENT, keeps it for a while, and reads again. */
export class Readers {
  readonly #clock: Pick<VirtualClock, "change">;
  readonly #read: Read;
  readonly #holders = new Map<string, Holder>();

  constructor(clock: Pick<VirtualClock, "change">, read: Read) {
    this.#clock = clock;
    this.#read = read;
  }

  /** @param keepsMs for how long it keeps what it read */
  add(secret: string, keepsMs: number): void {
    const name = `unseen reader (${keepsMs / 60_000} min)`;
    const read = () => {
      const [given] = this.#read(secret);
      if (!given) this.#holders.delete(`${name} ${secret}`);
      else
        this.#holders.set(`${name} ${secret}`, {
          name,
          secret,
          holds: given.held,
          worked: given.worked,
          connected: false,
        });
      this.#clock.change(keepsMs, read);
    };
    read();
  }

  holders(): readonly Holder[] {
    return [...this.#holders.values()];
  }
}
