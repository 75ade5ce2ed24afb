import { setImmediate } from "node:timers/promises";
import { Account } from "./account.ts";
import type { Plants } from "./function-parts.ts";
import { operations } from "./generate.ts";
import type { Hands } from "./hands.ts";
import { nameOf, type Operation } from "./operation.ts";
import type { Breach, Oracle } from "./oracle.ts";
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
  /** In simulation. */
  readonly plants?: Plants;
  /** On real PostgreSQL servers, the stand-in over the wire, and the built functions. */
  readonly real?: boolean;
  /** Operations that do not take place, by the beginning of their `nameOf`. */
  readonly without?: readonly string[];
}

/**
 * Walks at random until a promise breaks. In simulation it is reproducible: the seed and the options decide everything.
 */
export async function walk(seed: number, steps: number, options: WalkOptions = {}): Promise<Walk> {
  const { without = [], ...on } = options;
  const made: Operation[] = [];
  for (const operation of operations(new Random(seed ^ 0x5eed))) {
    if (made.length >= steps - 1) break;
    if (!without.some((name) => nameOf(operation).startsWith(name))) made.push(operation);
  }
  return replay(seed, [...made, { kind: "calm" }], on);
}

/** Plays a sequence of operations until a promise breaks. */
export async function replay(
  seed: number,
  operations: readonly Operation[],
  { plants = {}, real = false }: Omit<WalkOptions, "without"> = {},
): Promise<Walk> {
  if (!real) return play(new Account(seed, plants), seed, operations);
  const { RealAccount } = await import("./real/account.ts");
  await using account = await RealAccount.start(seed);
  return await play(account, seed, operations);
}

async function play(
  account: Hands & { readonly oracle: Oracle },
  seed: number,
  operations: readonly Operation[],
): Promise<Walk> {
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
export async function shortest(
  { seed, operations, broken }: Walk,
  on: Omit<WalkOptions, "without"> = {},
): Promise<Walk> {
  const promise = broken[0]?.promise;
  const fails = async (shorter: readonly Operation[]) =>
    (await replay(seed, shorter, on)).broken[0]?.promise === promise;
  return replay(seed, await shrink(operations, fails), on);
}
