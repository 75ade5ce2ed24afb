import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "../../standin/aws-error.ts";
import type { ServerProxy } from "../server.ts";
import type { World } from "../world.ts";

/** What happens to a call of a function to AWS or to the database. */
export const modes = ["killed before", "killed after", "reply lost", "two at once"] as const;
export type Mode = (typeof modes)[number];

/** Where it happens: the index of the call in an undisturbed run, from 0. */
export interface Target {
  readonly mode: Mode;
  readonly point: number;
}

/** How long the first run waits for its twin, in milliseconds: the twin may wait for a lock of the first. */
const overtakeMs = 250;

/** Counts the calls of the functions and disturbs the target, once. */
export class Disturbance implements Disposable {
  /** The calls so far, e.g. `PutSecretValue` or `query BEGIN READ`. */
  readonly calls: string[] = [];
  readonly #world: World;
  readonly #target: Target | undefined;
  readonly #hooks = new DisposableStack();
  #runTwin: () => Promise<unknown> = async () => {};
  #twin: Promise<unknown> = Promise.resolve();
  #hit: object | undefined;
  /** The processes that made a call. */
  readonly #callers = new WeakMap<object, readonly string[]>();

  constructor(world: World, proxy: ServerProxy, target?: Target) {
    this.#world = world;
    this.#target = target;
    this.#hooks.use(
      world.aws.intercept({
        before: async (call) => {
          if (!this.#running().includes(call.principal)) return;
          this.#callers.set(call, [call.principal]);
          await this.#before(call, call.operation);
        },
        after: (call) => this.#after(call),
      }),
    );
    this.#hooks.use(
      proxy.intercept({
        before: async (call) => {
          const name = `${call.kind} ${call.summary}`.trim();
          const callers = this.#running(world.functionArn, world.retireArn);
          if (callers.length === 0) return;
          this.#callers.set(call, callers);
          await this.#before(call, name);
        },
        after: async (call) => this.#after(call),
      }),
    );
  }

  /** Whether the target was reached. */
  get wasReached(): boolean {
    return this.#hit !== undefined;
  }

  /** What the mode "two at once" runs beside the disturbed step. */
  set twin(run: () => Promise<unknown>) {
    this.#runTwin = run;
  }

  /** Resolves when the twin has ended. */
  async twinEnded(): Promise<void> {
    await this.#twin;
  }

  [Symbol.dispose](): void {
    this.#hooks.dispose();
  }

  async #before(call: object, name: string): Promise<void> {
    if (this.calls.push(name) - 1 === this.#target?.point) this.#hit = call;
    if (this.#hits(call, "killed before")) this.#kill(call);
    if (!this.#hits(call, "two at once")) return;
    this.#twin = this.#runTwin();
    await Promise.race([this.#twin, sleep(overtakeMs)]);
  }

  #after(call: object): "lose" | undefined {
    if (this.#hits(call, "killed after")) this.#kill(call);
    return this.#hits(call, "reply lost") ? "lose" : undefined;
  }

  #hits(call: object, mode: Mode): boolean {
    return call === this.#hit && this.#target?.mode === mode;
  }

  /** The throw stops the call before its effect, or its reply: a dead process gets no answer. */
  #kill(call: object): never {
    for (const principal of this.#callers.get(call) ?? [])
      this.#world.aws.functions.kill(principal);
    throw new AwsError("InternalServiceError", "The caller was killed.", 500);
  }

  /** The harness logs in too, but not while a function runs. */
  #running(...arns: readonly string[]): readonly string[] {
    const { aws, functionArn, retireArn, settleArn, mirrorArn, emergencyArn } = this.#world;
    const all =
      arns.length > 0 ? arns : [functionArn, retireArn, settleArn, mirrorArn, emergencyArn];
    return all.flatMap((arn) => aws.functions.running(arn));
  }
}
