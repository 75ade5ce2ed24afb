import { setTimeout as sleep } from "node:timers/promises";

/** How long to wait for something, and how often to look, in milliseconds. */
export interface Patience {
  readonly within: number;
  readonly every: number;
}

/**
 * Looks until there is something. AWS is eventually consistent: ListSecrets lags up to five minutes, roles and
 * permissions a while.
 * @throws Error that says for what it waited
 */
export async function eventually<T>(
  what: string,
  { within, every }: Patience,
  look: () => Promise<T | undefined | false>,
): Promise<T> {
  for (const end = Date.now() + within; ; ) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() >= end) throw new Error(`Waited ${within / 1000} s in vain for ${what}.`);
    await sleep(every);
  }
}

/**
 * Does it again while it is refused by an error of this name.
 * @throws the last error where it is refused to the end, any other error at once
 */
export async function retriedWhile<T>(
  errorName: string,
  { within, every }: Patience,
  run: () => Promise<T>,
): Promise<T> {
  for (const end = Date.now() + within; ; await sleep(every)) {
    try {
      return await run();
    } catch (error) {
      if ((error as Error).name !== errorName || Date.now() >= end) throw error;
    }
  }
}
