import type { Aws, RotationStep } from "../standin/aws.ts";
import type { OpenedSocket } from "../standin/lambda/messages.ts";

/** One invocation of the rotation function. */
export interface WatchedStep {
  readonly step: string;
  readonly ms: number;
  /** The operations that the function called. */
  readonly requests: readonly string[];
  /** The TCP connections that the function opened. */
  readonly sockets: readonly OpenedSocket[];
  readonly error?: NonNullable<RotationStep["error"]>;
}

/** Reports each step when it has ended, and knows the one under way. */
export class StepWatch implements Disposable {
  readonly ended: WatchedStep[] = [];
  readonly #aws: Aws;
  readonly #tell: (step: WatchedStep) => void;
  readonly #restore: () => void;
  #step: string | undefined;

  constructor(aws: Aws, tell: (step: WatchedStep) => void) {
    this.#aws = aws;
    this.#tell = tell;
    const { functions } = aws;
    const { invoke } = functions;
    this.#restore = () => {
      functions.invoke = invoke;
    };
    functions.invoke = (name, payload, requestId) => {
      const run = () => invoke.call(functions, name, payload, requestId);
      const { Step } = payload as { Step?: string };
      return Step === undefined ? run() : this.#watch(Step, run);
    };
  }

  /** The step under way, or the last one. */
  get step(): string | undefined {
    return this.#step;
  }

  [Symbol.dispose](): void {
    this.#restore();
  }

  async #watch(step: string, run: () => ReturnType<Aws["functions"]["invoke"]>) {
    this.#step = step;
    const before = this.#aws.calls.length;
    const invocation = await run();
    const { ms, principal, error, sockets } = invocation;
    const own = this.#aws.calls.slice(before).filter((call) => call.principal === principal);
    const requests = own.map(({ operation }) => operation);
    const watched = { step, ms, requests, sockets, ...(error && { error }) };
    this.ended.push(watched);
    this.#tell(watched);
    return invocation;
  }
}
