import { type Domain, type ProblemMemory, problemsIn, type Remembered } from "../alerts/memory.ts";
import { isNews } from "../alerts/news.ts";
import type { FoundProblem, StandingProblem } from "../alerts/problem.ts";
import { tell } from "../alerts/tell.ts";
import type { Context } from "../context/context.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { entryFor, type Manifest } from "../manifest/manifest.ts";
import { secretNameOf } from "../secret/arn.ts";
import { holderOf, isLeaked, retiringVersions } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import { KnownProblems } from "./known-problems.ts";
import { isReleasedFrom, isRotated, isSettledNow, type Observation } from "./observation.ts";

/** What a look can find something wrong with. What it has examined to the end and found right is over. */
export const areas = ["mirror", "settle", "retire"] as const;
export type Area = (typeof areas)[number];

/** In milliseconds, for an alert and for remembering it, which Parameter Store may throttle. */
const tellTime = 10_000;

/** In milliseconds: a new secret may be missing in ListSecrets. */
const listLag = 60 * 60 * 1000;

/**
 * The problems that stand, as a pass finds them and leaves them. Tells on-call what is new, one secret after the other
 * beside the looks; whoever is not reached in the time of the pass is told of in the next one.
 */
export class Standing {
  readonly #memory: ProblemMemory;
  readonly #context: Context;
  readonly #since: Date;
  readonly #known: KnownProblems;
  /** Why they cannot be read. */
  readonly #failure: RotationError | undefined;
  #work: Promise<void> = Promise.resolve();

  private constructor(
    memory: ProblemMemory,
    context: Context,
    remembered: readonly Remembered[],
    failure?: RotationError,
  ) {
    this.#memory = memory;
    this.#context = context;
    this.#since = context.now();
    this.#known = new KnownProblems(remembered);
    this.#failure = failure;
  }

  /** Does not throw. */
  static async read(memory: ProblemMemory, context: Context): Promise<Standing> {
    try {
      return new Standing(memory, context, await memory.list(context.signal));
    } catch (thrown) {
      const failure = asRotationError(thrown);
      context.log.alertFailed("all secrets", failure.code, failure.message);
      return new Standing(memory, context, [], failure);
    }
  }

  has(secret: string): boolean {
    return this.#known.has(secret);
  }

  /** Whether retiring it failed when it was tried last: it may take a connection's whole time again. */
  hasFailedToRetire(secret: SecretState): boolean {
    const versions = retiringVersions(secret).map(({ version }) => version);
    return this.#known
      .in(secret.arn, "settlement")
      .some(({ last }) => last.step === "retire" && versions.includes(last.token));
  }

  observe(observation: Observation): void {
    const isHealthy = observation.found.length === 0 && !this.has(observation.secret.arn);
    // What will be readable in the next pass is told then.
    if (isHealthy || this.#failure?.retryable) return;
    this.#work = this.#work.then(() => this.#reconcile(observation));
  }

  /** Ends the problems of secrets that are no longer there, or no longer named by the manifest. */
  release(listed: readonly SecretState[], manifest: Manifest): void {
    const byArn = new Map(listed.map((secret) => [secret.arn, secret]));
    for (const [arn, problems] of this.#known.problems()) {
      const secret = byArn.get(arn);
      if (secret && entryFor(manifest, secret.name, arn)) continue;
      const isRecent = problems.some(
        ({ last }) => this.#context.now().getTime() - last.at.getTime() < listLag,
      );
      if (!secret && isRecent) continue;
      const gone = { arn, name: secretNameOf(arn), versions: new Map() };
      this.observe({
        secret: secret ?? gone,
        found: [],
        examined: new Set(areas),
        isReleased: true,
      });
    }
  }

  /** When on-call has been told of everything so far. */
  async told(): Promise<void> {
    await this.#work;
  }

  async #reconcile(observation: Observation): Promise<void> {
    const { secret, found, isReleased } = observation;
    if (this.#context.signal.aborted) return;
    const mayPass = this.#failure ? { mayPass: false } : {};
    const all = found.map((each) => ({ ...each, ...mayPass }));
    const isSettled = (problem: StandingProblem) => isSettledNow(problem, observation);
    // In an emergency another pass may be at work, and may have told it since this one began.
    const isShared = isLeaked(holderOf(secret, "AWSCURRENT") ?? "");
    if (isShared && isNews(this.#known.in(secret.arn, "settlement"), all, isSettled))
      await this.#reread(secret.arn, "settlement");
    await this.#tell(secret, "settlement", all, isSettled);
    const isOver = (problem: StandingProblem) =>
      isReleased ? isReleasedFrom(problem, secret) : isRotated(problem, secret);
    for (const domain of ["rotation", "watch", "claims"] as const) {
      if (!this.#known.in(secret.arn, domain).some(isOver)) continue;
      // These functions may have written since the pass began.
      if (await this.#reread(secret.arn, domain)) await this.#tell(secret, domain, [], isOver);
    }
  }

  /** @returns whether it could be read */
  async #reread(secret: string, domain: Domain): Promise<boolean> {
    if (this.#failure) return false;
    const signal = AbortSignal.timeout(tellTime);
    const now = await this.#memory.of(secret, signal).catch(() => undefined);
    if (now) this.#known.set(secret, domain, problemsIn(now, domain));
    return now !== undefined;
  }

  async #tell(
    secret: Observation["secret"],
    domain: Domain,
    found: readonly FoundProblem[],
    isOver: (problem: StandingProblem) => boolean,
  ): Promise<void> {
    const standing = this.#known.in(secret.arn, domain);
    const remembered = this.#known.of(secret.arn);
    const seen = { secret, domain, standing, found, since: this.#since, isOver, remembered };
    const signal = AbortSignal.timeout(tellTime);
    const memory = this.#failure ? undefined : this.#memory;
    const telling = await tell(seen, memory, this.#context, signal);
    this.#known.set(secret.arn, domain, telling.standing);
  }
}
