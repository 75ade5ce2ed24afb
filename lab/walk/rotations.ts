import { steps } from "../../lib/rotation/event.ts";
import { moveLabel, type OpenRotation, type Secret } from "../../standin/secrets-manager/secret.ts";
import { scheduleNext } from "../../standin/secrets-manager/version-write.ts";
import { CURRENT, type FakeSecrets, PENDING, pendingOf } from "./secrets.ts";

/** One invocation of the function that rotates. @returns whether it succeeded */
export type RunStep = (step: string, secret: Secret, token: string) => Promise<boolean>;

/** How often a rotation is tried, and when, in milliseconds. AWS documents neither. */
const attempts = 3;
const betweenAttempts = 60_000;
const betweenSteps = 500;

/** Secrets Manager's own part of rotations, by the rules of `standin/secrets-manager/rotations.ts`. */
export class FakeRotations {
  readonly #secrets: FakeSecrets;
  readonly #runStep: RunStep;

  constructor(secrets: FakeSecrets, runStep: RunStep) {
    this.#secrets = secrets;
    this.#runStep = runStep;
  }

  /** RotateSecret. @returns whether it was allowed: a previous rotation that is not complete is tried again instead */
  rotate(secret: Secret, token: string): boolean {
    if (secret.deletionAt !== undefined) return false;
    const pending = pendingOf(secret);
    const isRunning = secret.openRotation?.running === true;
    if (pending && !isRunning && secret.rotation?.enabled) this.#start(secret, pending.id);
    if (pending || isRunning) return false;
    this.#secrets.change(secret, () => {
      secret.rotation = { ...secret.rotation, enabled: true, functionArn: "rotate-database" };
    });
    if (secret.versions.get(token)?.labels.has(CURRENT)) return true;
    this.#start(secret, token);
    return true;
  }

  /** CancelRotateSecret: no further step, no label is moved. */
  cancel(secret: Secret): void {
    if (!secret.rotation || secret.deletionAt !== undefined) return;
    this.#secrets.change(secret, () => {
      if (secret.rotation) secret.rotation.enabled = false;
      delete secret.openRotation;
    });
  }

  /** RotateSecret with RotateImmediately=false, without its test: only the switch. */
  resume(secret: Secret): void {
    if (!secret.rotation || secret.deletionAt !== undefined) return;
    this.#secrets.change(secret, () => {
      if (secret.rotation) secret.rotation.enabled = true;
    });
  }

  #start(secret: Secret, token: string): void {
    this.#secrets.change(secret, () => {
      const version = secret.versions.get(token) ?? {
        id: token,
        createdAt: this.#secrets.clock.now,
        labels: new Set<string>(),
      };
      secret.versions.set(token, version);
      moveLabel(secret, PENDING, version);
    });
    const open: OpenRotation = { token, running: true };
    secret.openRotation = open;
    this.#next(secret, open, 1, 0, 200);
  }

  #next(secret: Secret, open: OpenRotation, attempt: number, step: number, afterMs: number): void {
    this.#secrets.clock.work(afterMs, async () => {
      if (secret.openRotation !== open || secret.deletionAt !== undefined) return this.#end(open);
      const name = steps[step] ?? "finishSecret";
      const isLast = name === "finishSecret";
      const hasSucceeded =
        (await this.#runStep(name, secret, open.token)) &&
        (!isLast || secret.versions.get(open.token)?.labels.has(CURRENT) === true);
      if (secret.openRotation !== open) return this.#end(open);
      if (hasSucceeded && isLast) return this.#complete(secret, open);
      if (hasSucceeded) return this.#next(secret, open, attempt, step + 1, betweenSteps);
      const errorMessage = `Error when executing lambda ${secret.rotation?.functionArn} during ${name} step`;
      secret.changed({ kind: "RotationFailed", token: open.token, errorMessage });
      if (attempt === attempts) return this.#end(open);
      this.#next(secret, open, attempt + 1, 0, betweenAttempts);
    });
  }

  #complete(secret: Secret, open: OpenRotation): void {
    this.#secrets.change(secret, () => {
      secret.versions.get(open.token)?.labels.delete(PENDING);
      secret.rotatedAt = this.#secrets.clock.now;
      scheduleNext(secret, secret.rotatedAt);
      delete secret.openRotation;
    });
    secret.changed({ kind: "RotationSucceeded", token: open.token });
    this.#end(open);
  }

  #end(open: OpenRotation): void {
    open.running = false;
  }
}
