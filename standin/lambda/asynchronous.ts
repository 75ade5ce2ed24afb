import { randomUUID } from "node:crypto";
import type { Activity } from "../activity.ts";
import { pause } from "../clock.ts";
import type { Functions } from "./model.ts";
import { resourceNotFound } from "./operation.ts";
import type { LambdaTiming } from "./timing.ts";

/**
 * Asynchronous invocations: "If the function returns an error, Lambda attempts to run it two more
 * times" (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html), under the same
 * request id (https://repost.aws/knowledge-center/lambda-function-duplicate-invocations).
 */
export class AsynchronousInvocations implements Disposable {
  readonly #functions: Functions;
  readonly #timing: LambdaTiming;
  readonly #activity: Activity;
  readonly #closing = new AbortController();

  constructor(functions: Functions, timing: LambdaTiming, activity: Activity) {
    this.#functions = functions;
    this.#timing = timing;
    this.#activity = activity;
  }

  /** Throws ResourceNotFoundException. The outcome of the invocation is not reported. */
  start(nameOrArn: string, payload: unknown): void {
    if (!this.#functions.has(nameOrArn)) {
      throw resourceNotFound(`Function not found: ${nameOrArn}`);
    }
    void this.#run(nameOrArn, payload);
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
  }

  async #run(nameOrArn: string, payload: unknown): Promise<void> {
    using _ = this.#activity.begin();
    const { signal } = this.#closing;
    const requestId = randomUUID();
    for (const delay of [0, ...this.#timing.asyncRetryDelaysMs]) {
      await pause(delay, signal);
      if (signal.aborted) return;
      const { error } = await this.#functions.invoke(nameOrArn, payload, requestId);
      if (error === undefined) return;
    }
  }
}
