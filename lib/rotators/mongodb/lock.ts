import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandFailed } from "./answers.ts";
import type { Run } from "./run.ts";
import { majority } from "./run.ts";

/** In the database of the user that is locked. */
export const lockCollection = "quarterturn_locks";

/** What a session needs on that collection to lock. */
export const lockActions = ["insert", "update", "remove"] as const;

/** In milliseconds: how long a lock outlives a holder that was killed. */
const lease = 5000;

/** In milliseconds: how often a holder renews its lock. */
const renewal = 1500;

/** In milliseconds: how often one looks who waits, and how long it waits. */
const look = 100;
const patience = 10_000;

const duplicateKey = 11_000;

/**
 * MongoDB has no locks that end with their session, so this is a document that its holder renews, and that counts for
 * nothing once it has not been renewed for a while.
 */
export class UserLock {
  readonly #run: Run;
  readonly #db: string;
  readonly #clockAhead: number;
  readonly #holder = randomUUID();
  #username: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #heldUntil = 0;

  /** @param clockAhead how far the server's clock is ahead of ours, in milliseconds */
  constructor(run: Run, db: string, clockAhead: number) {
    this.#run = run;
    this.#db = db;
    this.#clockAhead = clockAhead;
  }

  /** @returns whether it had to wait; `undefined` when the lock was not free in time */
  async take(username: string, signal: AbortSignal): Promise<boolean | undefined> {
    const end = performance.now() + patience;
    for (let waited = false; performance.now() < end; waited = true) {
      if (await this.#tryTake(username, signal)) {
        this.#username = username;
        this.#timer = setInterval(() => void this.#renew(), renewal).unref();
        return waited;
      }
      await sleep(look, undefined, { signal }).catch(() => {});
    }
    return undefined;
  }

  /** A holder that was held up, as a process can be, may have been overtaken. */
  get isLost(): boolean {
    return this.#username !== undefined && performance.now() > this.#heldUntil;
  }

  /** Inserts the document, or takes over one that ran out; one that counts makes the insert fail. */
  async #tryTake(username: string, signal: AbortSignal): Promise<boolean> {
    const asked = performance.now();
    const now = Date.now() + this.#clockAhead;
    try {
      await this.#update({ _id: username, until: { $lte: new Date(now) } }, now, true, signal);
      this.#heldUntil = asked + lease;
      return true;
    } catch (error) {
      if (error instanceof CommandFailed && error.number === duplicateKey) return false;
      throw error;
    }
  }

  async #renew(): Promise<void> {
    const asked = performance.now();
    const now = Date.now() + this.#clockAhead;
    const query = { _id: this.#username ?? "", holder: this.#holder };
    const renewed = await this.#update(query, now, false, AbortSignal.timeout(renewal)).catch(
      () => 0,
    );
    if (renewed === 1) this.#heldUntil = asked + lease;
  }

  /** @returns how many documents it concerned */
  async #update(
    q: Readonly<Record<string, string | { $lte: Date }>>,
    now: number,
    upsert: boolean,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const u = { $set: { holder: this.#holder, until: new Date(now + lease) } };
    const updates = [{ q, u, upsert }];
    const command = { update: lockCollection, updates, writeConcern: majority };
    return (await this.#run(this.#db, command, signal)).get("n")?.number;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#username === undefined) return;
    const deletes = [{ q: { _id: this.#username, holder: this.#holder }, limit: 1 }];
    this.#username = undefined;
    const command = { delete: lockCollection, deletes, writeConcern: majority };
    await this.#run(this.#db, command, AbortSignal.timeout(renewal)).catch(() => {});
  }
}
