import { Random } from "../walk/random.ts";
import { shrink } from "../walk/shrink.ts";
import type { KeyAccountOptions } from "./key-manifest.ts";
import { KeyMoves } from "./moves.ts";

/** One thing that happens to the account. The seed chooses among what is there at that time. */
interface KeyOperation {
  readonly move: string;
  readonly seed: number;
}

/** What a walk came to. */
export interface KeyWalk {
  readonly operations: readonly KeyOperation[];
  /** Rotations that came to their end when all was calm. */
  readonly rotations: number;
  /** Promises that did not hold: the first ones. */
  readonly broken: readonly string[];
}

/** So often all is calm for a while. */
const period = 40;

/**
 * Rotations, settlement, faults at any call, and what people do at the provider and to labels, at random, until a promise
 * breaks. Every step AWSCURRENT must work, and foreign keys; once all is calm, no key and no login may be left over, and
 * on-call must know what is wrong. The seed decides everything but the values of keys.
 */
export function keyWalk(seed: number, steps: number, options: KeyAccountOptions): Promise<KeyWalk> {
  const random = new Random(seed);
  const { names } = new KeyMoves(options);
  const operations = Array.from({ length: steps }, (_, index): KeyOperation => {
    const isLast = (index + 1) % period === 0 || index === steps - 1;
    return { move: isLast ? "calm" : random.pick(names), seed: random.int(2 ** 32) };
  });
  return replayKeys(operations, options);
}

/** Plays a sequence until a promise breaks. */
async function replayKeys(
  operations: readonly KeyOperation[],
  options: KeyAccountOptions,
): Promise<KeyWalk> {
  const moves = new KeyMoves(options);
  let step = 0;
  for (const { move, seed } of operations) {
    step += 1;
    await moves.make(move, new Random(seed));
    if (moves.oracle.broken.length > 0) break;
  }
  const { rotations, oracle } = moves;
  return { operations: operations.slice(0, step), rotations, broken: oracle.broken };
}

/** The shortest sequence found that breaks the same promise. */
export async function shortestKeys(
  { operations, broken }: KeyWalk,
  options: KeyAccountOptions,
): Promise<KeyWalk> {
  const promise = promiseIn(broken);
  const fails = async (shorter: readonly KeyOperation[]) =>
    promiseIn((await replayKeys(shorter, options)).broken) === promise;
  return replayKeys(await shrink(operations, fails), options);
}

/** Without the move in which it broke, and what it is about. */
const promiseIn = ([first]: readonly string[]) =>
  first
    ?.split(": ")
    .at(-1)
    ?.replaceAll(/[\w-]*\d[\w-]*/g, "");
