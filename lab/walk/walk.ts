import { setImmediate } from "node:timers/promises";
import { Account } from "./account.ts";
import type { Plants } from "./functions.ts";
import { operations } from "./generate.ts";
import { nameOf, type Operation } from "./operation.ts";
import type { Breach } from "./oracle.ts";
import { perform } from "./perform.ts";
import { Random } from "./random.ts";
import { shrink } from "./shrink.ts";

export interface Walk {
  readonly seed: number;
  /** How many operations took place: fewer than asked for where a promise broke. */
  readonly steps: number;
  readonly operations: readonly Operation[];
  /** Promises that did not hold. */
  readonly broken: readonly Breach[];
  /** Problems that on-call never heard of. */
  readonly untold: readonly Breach[];
  /** Alerts that came again although nothing had changed. */
  readonly toldTwice: readonly Breach[];
}

export interface WalkOptions {
  readonly plants?: Plants;
  /** Operations that do not take place, by the beginning of their `nameOf`. */
  readonly without?: readonly string[];
}

/** Walks at random until a promise breaks. Reproducible: the seed and the options decide everything. */
export async function walk(seed: number, steps: number, options: WalkOptions = {}): Promise<Walk> {
  const { plants, without = [] } = options;
  const made: Operation[] = [];
  for (const operation of operations(new Random(seed ^ 0x5eed))) {
    if (made.length >= steps - 1) break;
    if (!without.some((name) => nameOf(operation).startsWith(name))) made.push(operation);
  }
  return replay(seed, [...made, { kind: "calm" }], plants);
}

/** Plays a sequence of operations until a promise breaks. */
export async function replay(
  seed: number,
  operations: readonly Operation[],
  plants: Plants = {},
): Promise<Walk> {
  const account = new Account(seed, plants);
  const { oracle } = account;
  let steps = 0;
  for (const operation of operations) {
    oracle.step = steps;
    await perform(operation, account);
    steps += 1;
    if (oracle.broken.length > 0) break;
    // Timers of the product's own may end.
    await setImmediate();
  }
  const { broken, untold, toldTwice } = oracle;
  return { seed, steps, operations: operations.slice(0, steps), broken, untold, toldTwice };
}

/** The shortest sequence found that breaks the same promise. */
export async function shortest({ seed, operations, broken }: Walk, plants?: Plants): Promise<Walk> {
  const promise = broken[0]?.promise;
  const fails = async (shorter: readonly Operation[]) =>
    (await replay(seed, shorter, plants)).broken[0]?.promise === promise;
  return replay(seed, await shrink(operations, fails), plants);
}
