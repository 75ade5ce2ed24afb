import { pause } from "../clock.ts";

/** How long a change of passwords takes, which AWS documents nowhere. In milliseconds, from its request on. */
export interface AclUserTiming {
  /** Until the servers have the passwords. Default: 15 s at a pace of 1. */
  readonly changeMs: number;
  /** Until the API says that it is over. Default: 10 s at a pace of 1, so that the servers lag behind. */
  readonly endMs: number;
}

interface Change {
  /** Makes it on the servers. */
  readonly make: () => unknown;
  /** The API says that it is over. */
  readonly end: () => void;
}

/** Changes that come true after their request. Disposing of it ends those that are under way. */
export class LaterChanges implements Disposable {
  readonly #timing: AclUserTiming;
  readonly #end = new AbortController();
  #changes: Promise<unknown> = Promise.resolve();

  constructor(timing: AclUserTiming) {
    this.#timing = timing;
  }

  begin(change: Change): void {
    this.#changes = Promise.all([this.#changes, this.#carryOut(change)]);
  }

  /** Resolves when the servers have every change so far. */
  async caughtUp(): Promise<void> {
    await this.#changes;
  }

  async #carryOut({ make, end }: Change): Promise<void> {
    const { signal } = this.#end;
    const after = async (ms: number, then: () => unknown) => {
      await pause(ms, signal);
      if (!signal.aborted) await then();
    };
    await Promise.all([after(this.#timing.changeMs, make), after(this.#timing.endMs, end)]);
  }

  [Symbol.dispose](): void {
    this.#end.abort();
  }
}
