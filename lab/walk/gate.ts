import { AwsCallFailed } from "../../lib/aws-call-failed.ts";
import { DeadlineReached } from "../../lib/context/deadline.ts";
import type { RotationError } from "../../lib/errors.ts";
import { Unreachable } from "../../lib/rotators/login/transport-errors.ts";
import type { VirtualClock } from "./clock.ts";

/** What can happen to a call. `throttled`: it has no effect. */
export const faults = ["killed before", "killed after", "reply lost", "throttled"] as const;
export type FaultKind = (typeof faults)[number];

/** What happens at a later call of whatever function makes it. */
export interface Armed {
  /** How many calls go through before. */
  calls: number;
  readonly fault?: FaultKind;
  /** Takes place ahead of the call, e.g. an operator's move. */
  readonly move?: () => Promise<void> | void;
}

/** The same, where the move may depend on who makes the call. */
interface ArmedBy extends Omit<Armed, "move"> {
  readonly move?: (by: Invocation) => Promise<void> | void;
}

/** Who calls, and for how long it may. */
export class Invocation {
  readonly id: string;
  readonly controller = new AbortController();
  readonly abortsAt: number;
  endsAt: number;
  readonly #death = Promise.withResolvers<"killed">();
  isDead = false;
  /** A call of it was disturbed, so what it did may be half done. */
  isDisturbed = false;

  constructor(id: string, now: number, timeoutMs: number, keptBackMs: number) {
    this.id = id;
    this.endsAt = now + timeoutMs;
    this.abortsAt = this.endsAt - keptBackMs;
  }

  get death(): Promise<"killed"> {
    return this.#death.promise;
  }

  kill(): void {
    this.isDead = true;
    this.isDisturbed = true;
    this.#death.resolve("killed");
  }
}

/** How an invocation ended. */
export type Ran<T> =
  | { readonly kind: "done"; readonly result: T }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "killed" };

/** In milliseconds, of one call. */
const latency = 15;

/** Through which every call of a function goes: it takes time, and may be disturbed. */
export class Gate {
  readonly #clock: VirtualClock;
  #armed: ArmedBy[] = [];
  /** Calls so far. */
  calls = 0;
  /** Whoever looks at what each call has changed. */
  after: () => void = () => {};

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  arm(armed: ArmedBy): void {
    this.#armed.push(armed);
  }

  disarm(): void {
    this.#armed = [];
  }

  /** A call takes longer than usual. */
  pass(ms: number): void {
    this.#clock.pass(ms);
  }

  /**
   * A killed function hears no answer: its call never returns.
   * @param failure what the caller gets where the answer is missing
   * @param signal of this call
   */
  async call<T>(
    by: Invocation,
    failure: () => RotationError,
    effect: () => T,
    signal?: AbortSignal,
  ): Promise<T> {
    if (by.isDead) return new Promise(() => {});
    this.calls += 1;
    this.#clock.pass(latency);
    const due = this.#due();
    for (const { move } of due) await move?.(by);
    for (const { fault } of due) if (fault) by.isDisturbed = true;
    const hits = (kind: FaultKind) => due.some(({ fault }) => fault === kind);
    if (this.#isOver(by) || hits("killed before")) return this.#kill(by);
    if ((signal ?? by.controller.signal).aborted) throw new DeadlineReached();
    if (hits("throttled")) throw failure();
    const result = effect();
    this.after();
    if (this.#isOver(by) || hits("killed after")) return this.#kill(by);
    if (hits("reply lost")) throw failure();
    return result;
  }

  #due(): readonly ArmedBy[] {
    const due = this.#armed.filter(({ calls }) => calls <= 0);
    this.#armed = this.#armed.filter(({ calls }) => calls > 0);
    for (const each of this.#armed) each.calls -= 1;
    return due;
  }

  #isOver(by: Invocation): boolean {
    if (this.#clock.now >= by.abortsAt) by.controller.abort();
    return this.#clock.now >= by.endsAt;
  }

  #kill(by: Invocation): Promise<never> {
    by.kill();
    return new Promise(() => {});
  }
}

export const awsFailure = (call: string, on: string) => () =>
  new AwsCallFailed(call, on, { failure: "ThrottlingException", retryable: true, remedy: "Wait." });

export const serverFailure = (address: string) => () =>
  new Unreachable(address, "the connection broke");
