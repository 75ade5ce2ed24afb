import type { ProblemMemory, Remembered } from "../lib/alerts/memory.ts";
import { rememberedIn, textOf } from "../lib/alerts/remembered.ts";
import { DeadlineReached } from "../lib/context/deadline.ts";

/** What on-call was told, in this process. */
export class MemoryInProcess implements ProblemMemory {
  /** The texts, by secret and domain. */
  readonly #texts = new Map<string, string>();

  async list(signal: AbortSignal): Promise<readonly Remembered[]> {
    if (signal.aborted) throw new DeadlineReached();
    return [...this.#texts.values()].flatMap((text) => rememberedIn(text) ?? []);
  }

  async of(secret: string, signal: AbortSignal): Promise<readonly Remembered[]> {
    return (await this.list(signal)).filter((each) => each.secret === secret);
  }

  async write(remembered: Remembered, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new DeadlineReached();
    const key = `${remembered.domain} ${remembered.secret}`;
    if (remembered.problems.length === 0) this.#texts.delete(key);
    else this.#texts.set(key, textOf(remembered));
  }
}
