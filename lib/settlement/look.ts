import { AwsCallFailed } from "../aws-call-failed.ts";
import type { Task } from "../context/context.ts";
import { DeadlineReached } from "../context/deadline.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { entryFor } from "../manifest/manifest.ts";
import { holderOf, retiringVersions } from "../secret/labels.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import type { Candidate } from "./candidates.ts";
import { InvokedFailed } from "./errors.ts";
import type { Pass } from "./pass.ts";
import { type Progress, settle } from "./settle.ts";
import type { Area } from "./standing.ts";

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
  /** What the first round has examined, and the second one goes on from. */
  #gathered: ReadonlySet<Area> = new Set();

  constructor(candidate: Candidate, pass: Pass) {
    this.#candidate = candidate;
    this.#pass = pass;
    this.#startedAt = pass.context.now().getTime();
  }

  /** Logs only what is new. */
  async again(): Promise<LookOutcome> {
    const { context, standing } = this.#pass;
    if (context.signal.aborted) return "unreached";
    const progress: Progress = { examined: new Set(this.#gathered), noted: [], area: "settle" };
    this.#gathered = new Set();
    try {
      const settled = await settle(this.#candidate, this.#pass, progress);
      const { outcome, why, soon, state, learned, found = [] } = settled;
      const isUnfinished = soon && this.#pass.isGathering;
      if (isUnfinished) this.#gathered = progress.examined;
      if (state) {
        this.#candidate = { ...this.#candidate, listed: state, learned };
        const examined = isUnfinished ? new Set<Area>() : progress.examined;
        standing.observe({ secret: state, found: [...progress.noted, ...found], examined });
      }
      if (!isUnfinished) this.#logNews(why ? `${outcome}: ${why}` : outcome);
      // No other pass rolls what an emergency has promoted.
      const isOpen = this.#pass.isDirect && outcome === "waiting";
      return soon || isOpen ? "soon" : "done";
    } catch (thrown) {
      const error = asRotationError(thrown);
      // The next pass begins elsewhere; having no time for a secret is no failure.
      if (error instanceof DeadlineReached) return "unreached";
      this.#log({ outcome: "failed", code: error.code, message: error.message });
      const secret = await this.#describe();
      if (secret) this.#failed(error, secret, progress);
      return secret || !error.retryable ? "done" : "unread";
    }
  }

  #logNews(message: string): void {
    if (message !== this.#logged) this.#log({ outcome: "done", message });
    this.#logged = message;
  }

  #log(line: { outcome: "done" | "failed"; code?: string; message: string }): void {
    const { log, now } = this.#pass.context;
    const { secretId, listed } = this.#candidate;
    const secret = listed?.name ?? secretId;
    const ms = now().getTime() - this.#startedAt;
    log.step({ secret, step: "settle", token: "RETIRING", ms, ...line });
  }

  /** Of a secret that cannot even be described only the log tells. */
  async #describe(): Promise<SecretState | undefined> {
    return this.#pass.ports.store
      .describe(this.#candidate.secretId, AbortSignal.timeout(lookTime))
      .catch(() => undefined);
  }

  #failed(error: RotationError, secret: SecretState, { examined, noted, area }: Progress): void {
    const { ports, context, standing } = this.#pass;
    const entry = entryFor(ports.manifest, secret.name, secret.arn);
    if (entry) this.#pass.failed(entry, error);
    const promoted = sightingOf(secret.tags, context.now())?.at ?? context.now();
    const isPassing = error instanceof AwsCallFailed && error.retryable;
    const isEarly = isPassing && context.now().getTime() - promoted.getTime() < patience;
    const task = taskOf(error, secret, area);
    // An outage is told at once.
    const mayPass =
      isPassing ||
      (error instanceof InvokedFailed &&
        error.retryable &&
        !error.lasting &&
        error.impact !== "outage");
    const found = isEarly ? noted : [...noted, { error, task, mayPass }];
    standing.observe({ secret, found, examined });
  }
}

const kinds = { settle: "settlement", mirror: "mirror", retire: "retirement" } as const;

function taskOf(error: RotationError, secret: SecretState, area: Area): Task {
  const [retiring] = retiringVersions(secret);
  const token = retiring?.version ?? holderOf(secret, "AWSCURRENT") ?? "";
  const failedLog =
    error instanceof InvokedFailed ? `/aws/lambda/${error.functionName}` : undefined;
  return { kind: kinds[area], secret: secret.name, step: area, token, failedLog };
}
