import { insideAlertOf, noInsideAlert } from "../alerts/memory.ts";
import { AwsCallFailed } from "../aws-call-failed.ts";
import { DeadlineReached } from "../context/deadline.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { entryFor } from "../manifest/manifest.ts";
import { retiringVersions } from "../secret/labels.ts";
import { leftVersions } from "../secret/left.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { settlementTask } from "./act.ts";
import type { Candidate } from "./candidates.ts";
import { InvokedFailed } from "./errors.ts";
import type { Pass } from "./pass.ts";
import { settle } from "./settle.ts";

/** In milliseconds, of the time that is kept back from the deadline. */
const lookTime = 1000;

/** In milliseconds: throttling and failures inside AWS end by themselves, and are told when they do not. */
const patience = 30 * 60 * 1000;

/** `unread`: AWS could not be asked about it, for now. */
export type LookOutcome = "done" | "soon" | "unreached" | "unread";

/** One secret of a pass. Whatever is wrong with it stays with it. */
export class Look {
  #candidate: Candidate;
  readonly #pass: Pass;
  readonly #startedAt: number;
  /** The message that was logged last; empty before the first. */
  #logged = "";

  constructor(candidate: Candidate, pass: Pass) {
    this.#candidate = candidate;
    this.#pass = pass;
    this.#startedAt = pass.context.now().getTime();
  }

  /** Logs only what is new. */
  async again(): Promise<LookOutcome> {
    const { context } = this.#pass;
    if (context.signal.aborted) return "unreached";
    try {
      const { outcome, why, soon, state, dead } = await settle(this.#candidate, this.#pass);
      if (state) this.#candidate = { ...this.#candidate, listed: state, dead };
      if (state && isProbeOver(state)) await this.#forgetAlert(state);
      const message = why ? `${outcome}: ${why}` : outcome;
      if (message !== this.#logged) this.#log({ outcome: "done", message });
      this.#logged = message;
      return soon ? "soon" : "done";
    } catch (thrown) {
      const error = asRotationError(thrown);
      // The next pass begins elsewhere; having no time for a secret is no failure.
      if (error instanceof DeadlineReached) return "unreached";
      this.#log({ outcome: "failed", code: error.code, message: error.message });
      const secret = await this.#describe();
      if (secret) await this.#report(error, secret);
      return secret || !error.retryable ? "done" : "unread";
    }
  }

  async #forgetAlert({ arn }: SecretState): Promise<void> {
    const { ports, context } = this.#pass;
    const { key, value } = noInsideAlert;
    await ports.store.tag(arn, key, value, context.signal);
  }

  #log(line: { outcome: "done" | "failed"; code?: string; message: string }): void {
    const { log, now } = this.#pass.context;
    const { secretId, listed } = this.#candidate;
    const secret = listed?.name ?? secretId;
    const ms = now().getTime() - this.#startedAt;
    log.step({ secret, step: "settle", token: "RETIRING", ms, ...line });
  }

  /** A secret that cannot even be described cannot remember that on-call was alerted, so only the log says it. */
  async #describe(): Promise<SecretState | undefined> {
    return this.#pass.ports.store
      .describe(this.#candidate.secretId, AbortSignal.timeout(lookTime))
      .catch(() => undefined);
  }

  async #report(error: RotationError, secret: SecretState): Promise<void> {
    const { ports, context } = this.#pass;
    const entry = entryFor(ports.manifest, secret.name, secret.arn);
    if (entry) this.#pass.failed(entry, error);
    if (error instanceof InvokedFailed && error.told) return;
    const promoted = sightingOf(secret.tags)?.at ?? context.now();
    const isPassing = error instanceof AwsCallFailed && error.retryable;
    if (isPassing && context.now().getTime() - promoted.getTime() < patience) return;
    const [retiring] = retiringVersions(secret);
    await context.report(error, settlementTask(secret.name, retiring?.version ?? ""), secret);
  }
}

/** On-call was told that a version which AWSCURRENT had left could not be looked at, and there is none any more. */
const isProbeOver = (secret: SecretState) =>
  insideAlertOf(secret)?.step === "probeLeft" &&
  leftVersions(secret, sightingOf(secret.tags)).length === 0;
