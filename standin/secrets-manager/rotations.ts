import { randomUUID } from "node:crypto";
import { pause } from "../clock.ts";
import {
  type RotationHost,
  type RotationOutcome,
  type RotationStep,
  STEPS,
  type Step,
} from "./rotation-outcome.ts";
import { complete, failure, fillTestVersion, isReached } from "./rotation-result.ts";
import { moveLabel, type OpenRotation, PENDING, type Secret } from "./secret.ts";

/**
 * Runs rotations in the background, as
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 * describes: the four steps one after the other, each a synchronous invocation.
 */
export class Rotations implements AsyncDisposable {
  readonly #host: RotationHost;
  readonly #closing = new AbortController();
  readonly #runs = new Map<string, Promise<RotationOutcome>>();

  constructor(host: RotationHost) {
    this.#host = host;
  }

  /** Labels the version AWSPENDING (it has no value unless it had one before) and runs all steps. */
  start(secret: Secret, token: string): void {
    secret.changed({ kind: "RotationStarted", token });
    this.#launch(secret, token, async (open) => {
      const outcome = await this.#run(secret, open, STEPS, this.#host.timing.attempts, (step) =>
        secret.changed({ kind: "RotationFailed", token, errorMessage: failure(secret, step) }),
      );
      if (outcome.succeeded) complete(secret, token);
      if (outcome.succeeded && secret.openRotation === open) delete secret.openRotation;
      return outcome;
    });
  }

  /** RotateImmediately=false: testSecret alone, on a pending version that is removed again. */
  test(secret: Secret, token: string): void {
    secret.changed({ kind: "TestRotationStarted", token });
    this.#launch(secret, token, async (open) => {
      if (this.#host.timing.testVersion === "current") fillTestVersion(secret, token);
      const outcome = await this.#run(secret, open, ["testSecret"], 1, (step) =>
        secret.changed({ kind: "TestRotationFailed", token, errorMessage: failure(secret, step) }),
      );
      if (outcome.succeeded) secret.changed({ kind: "TestRotationSucceeded", token });
      secret.versions.delete(token);
      if (secret.openRotation === open) delete secret.openRotation;
      return outcome;
    });
  }

  /** Resolves with the outcome of the latest run for this token. */
  finished(secret: Secret, token: string): Promise<RotationOutcome> {
    const run = this.#runs.get(`${secret.arn} ${token}`);
    return (
      run ?? Promise.reject(new Error(`No rotation of ${secret.name} has the token ${token}.`))
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#runs.values());
  }

  #launch(
    secret: Secret,
    token: string,
    work: (open: OpenRotation) => Promise<RotationOutcome>,
  ): void {
    const version = secret.versions.get(token) ?? {
      id: token,
      createdAt: Date.now(),
      labels: new Set<string>(),
    };
    secret.versions.set(token, version);
    moveLabel(secret, PENDING, version);
    const open: OpenRotation = { token, running: true };
    secret.openRotation = open;
    const activity = this.#host.activity.begin();
    const run = work(open).finally(() => {
      open.running = false;
      activity[Symbol.dispose]();
    });
    this.#runs.set(`${secret.arn} ${token}`, run);
  }

  async #run(
    secret: Secret,
    open: OpenRotation,
    steps: readonly Step[],
    maxAttempts: number,
    onFailure: (step: Step) => void,
  ): Promise<RotationOutcome> {
    const done: RotationStep[] = [];
    const stopped = () => this.#closing.signal.aborted || secret.openRotation !== open;
    const rotationToken = randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      const succeeded = await this.#attempt(secret, steps, stopped, async (step) => {
        const ran = await this.#step(secret, open.token, rotationToken, step);
        done.push({ attempt, ...ran });
        return ran.error === undefined && isReached(secret, open.token, step);
      });
      const failed = done.at(-1);
      if (!succeeded && !stopped() && failed !== undefined) onFailure(failed.step);
      if (succeeded || stopped() || attempt === maxAttempts) {
        return { succeeded, attempts: attempt, steps: done };
      }
      await this.#pause(this.#host.timing.retryDelayMs);
    }
  }

  async #attempt(
    secret: Secret,
    steps: readonly Step[],
    stopped: () => boolean,
    runStep: (step: Step) => Promise<boolean>,
  ): Promise<boolean> {
    for (const step of steps) {
      if (step !== steps[0]) await this.#pause(this.#host.timing.stepGapMs);
      if (stopped() || secret.deletionAt !== undefined || !(await runStep(step))) return false;
    }
    return true;
  }

  async #step(secret: Secret, token: string, rotationToken: string, step: Step) {
    const before = this.#host.calls.length;
    const invocation = await this.#host.functions.invoke(secret.rotation?.functionArn ?? "", {
      Step: step,
      SecretId: secret.arn,
      ClientRequestToken: token,
      RotationToken: rotationToken,
    });
    const { ms, principal, error, log } = invocation;
    const calls = this.#host.calls.slice(before).filter((call) => call.principal === principal);
    return { step, ms, principal, ...(error && { error }), log, calls };
  }

  /** Ends early, without an error, when the stand-in closes. */
  #pause(ms: number): Promise<void> {
    return pause(ms, this.#closing.signal);
  }
}
