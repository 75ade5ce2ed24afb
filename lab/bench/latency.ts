import { setTimeout as sleep } from "node:timers/promises";
import type { Call } from "../../standin/aws.ts";
import type { World } from "../world.ts";
import { median } from "./median.ts";

/** Of one warm rotation when every AWS request takes this much longer. */
export interface Latency {
  readonly addedMs: number;
  /** Medians of the four invocations together. */
  readonly medianMs: number;
  /**
   * The same when the stand-in serves one request at a time, as if the function waited for each answer before it sent
   * the next request.
   */
  readonly sequentialMs: number;
  readonly rotations: number;
}

const addedMs = 15;

/** @throws when a rotation fails */
export async function measureLatency(
  world: World,
  rotations: number,
): Promise<{ latency: Latency; sequential: number }> {
  const times = { together: [] as number[], inTurn: [] as number[] };
  let sequential = 0;
  // In turn, so that both see the same machine.
  for (let done = 0; done < rotations; done += 1) {
    using together = new Delay(world, () => sleep(addedMs));
    times.together.push(await rotation(world));
    sequential = Math.max(sequential, longestChain(together.spans));
    together[Symbol.dispose]();
    let last = Promise.resolve();
    using _ = new Delay(world, () => {
      last = last.then(() => sleep(addedMs));
      return last;
    });
    times.inTurn.push(await rotation(world));
  }
  const [medianMs, sequentialMs] = [median(times.together), median(times.inTurn)];
  return { latency: { addedMs, medianMs, sequentialMs, rotations }, sequential };
}

async function rotation(world: World): Promise<number> {
  const { succeeded, steps } = await world.rotate();
  if (!succeeded) throw new Error("A rotation failed.");
  const ms = steps.reduce((sum, step) => sum + step.ms, 0);
  if (!(await world.settle())) throw new Error("A rotation was not settled.");
  return ms;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Holds back every request of the rotating function, and notes when each came and was answered. */
class Delay implements Disposable {
  readonly spans: Span[] = [];
  readonly #began = new WeakMap<Call, number>();
  readonly #hook: Disposable;

  constructor({ aws, functionArn }: World, hold: () => Promise<void>) {
    const isOurs = ({ principal }: Call) => aws.functions.running(functionArn).includes(principal);
    this.#hook = aws.intercept({
      before: async (call) => {
        if (!isOurs(call)) return;
        this.#began.set(call, performance.now());
        await hold();
      },
      after: (call) => {
        const from = this.#began.get(call);
        if (from !== undefined) this.spans.push({ from, to: performance.now() });
      },
    });
  }

  [Symbol.dispose](): void {
    this.#hook[Symbol.dispose]();
  }
}

/** How many requests followed one another: the most of which none came before the one ahead of it was answered. */
export function longestChain(spans: readonly Span[]): number {
  let count = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans.toSorted((a, b) => a.to - b.to)) {
    if (from < end) continue;
    count += 1;
    end = to;
  }
  return count;
}
