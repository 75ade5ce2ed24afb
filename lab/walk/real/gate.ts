import type { Aws } from "../../../standin/aws.ts";
import { AwsError } from "../../../standin/aws-error.ts";
import type { ServerCall, ServerProxy } from "../../server.ts";
import type { Armed, FaultKind } from "../gate.ts";

/** Through which every call of a function goes, to AWS or to a database: it may be disturbed. */
export class RealGate {
  /** Calls so far. */
  calls = 0;
  /** Whether a call was disturbed since this was set to false. */
  hasDisturbed = false;
  #armed: Armed[] = [];
  readonly #aws: Aws;
  readonly #functions: readonly string[];
  readonly #hit = new WeakMap<object, readonly FaultKind[]>();

  /** @param functions ARNs */
  constructor(aws: Aws, functions: readonly string[]) {
    this.#aws = aws;
    this.#functions = functions;
    aws.intercept({
      before: async (call) => {
        if (this.#running().includes(call.principal)) await this.#before(call, [call.principal]);
      },
      after: (call) => this.#after(call, [call.principal]),
    });
  }

  /** @param changed is called when the server has answered a function */
  watch(proxy: ServerProxy, changed: (call: ServerCall) => Promise<void>): void {
    proxy.intercept({
      before: async (call) => {
        if (this.#running().length > 0) await this.#before(call, this.#running());
      },
      after: async (call) => {
        await changed(call);
        return this.#after(call, this.#running());
      },
    });
  }

  arm(armed: Armed): void {
    this.#armed.push(armed);
  }

  disarm(): void {
    this.#armed = [];
  }

  async #before(call: object, callers: readonly string[]): Promise<void> {
    this.calls += 1;
    const due = this.#armed.filter(({ calls }) => calls <= 0);
    this.#armed = this.#armed.filter(({ calls }) => calls > 0);
    for (const each of this.#armed) each.calls -= 1;
    for (const { move } of due) await move?.();
    const faults = due.flatMap(({ fault }) => fault ?? []);
    if (faults.length === 0) return;
    this.hasDisturbed = true;
    this.#hit.set(call, faults);
    if (faults.includes("killed before")) this.#kill(callers);
    if (faults.includes("throttled")) throw new AwsError("ThrottlingException", "Rate exceeded");
  }

  #after(call: object, callers: readonly string[]): "lose" | undefined {
    const faults = this.#hit.get(call) ?? [];
    if (faults.includes("killed after")) this.#kill(callers);
    return faults.includes("reply lost") ? "lose" : undefined;
  }

  /** The throw stops the call before its effect, or its reply: a dead process gets no answer. */
  #kill(principals: readonly string[]): never {
    for (const principal of principals) this.#aws.functions.kill(principal);
    throw new AwsError("InternalServiceError", "The caller was killed.", 500);
  }

  #running(): readonly string[] {
    return this.#functions.flatMap((arn) => this.#aws.functions.running(arn));
  }
}
