import { everySecret, type ProblemMemory, problemsIn, type Remembered } from "../alerts/memory.ts";
import { type FoundProblem, identityOf, isSame, type StandingProblem } from "../alerts/problem.ts";
import { tell } from "../alerts/tell.ts";
import type { Context } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import { isCovered } from "./covered.ts";

/** What is wrong with one secret, or with looking at them. */
export interface Finding {
  /** As it is remembered: an ARN, or a name. */
  readonly id: string;
  readonly name: string;
  readonly found: readonly Found[];
  /** The version that it is about. */
  readonly token: string;
  /** Whether what was not found again is over. */
  readonly isOver: (problem: StandingProblem) => boolean;
}

interface Found {
  readonly error: RotationError;
  /** What met it: the look itself, or a login. */
  readonly step: Step;
  readonly mayPass?: boolean | undefined;
}

type Step = "look" | "probe";

/** In milliseconds, for the alerts of one secret and for remembering them, which Parameter Store may throttle. */
const tellTime = 10_000;

/**
 * In milliseconds: what is still there so long after it was noted has not passed. Looks come every hour, but Lambda
 * repeats one that failed within minutes.
 */
const patience = 30 * 60_000;

/** What on-call was told when the look began; and what is told of it. */
export class Findings {
  readonly #remembered: ReadonlyMap<string, readonly Remembered[]>;
  readonly #memory: ProblemMemory | undefined;
  readonly #context: Context;
  readonly #since: Date;

  /** @param memory absent: it cannot be read, and writing it would forget what else was told */
  constructor(
    remembered: readonly Remembered[],
    memory: ProblemMemory | undefined,
    context: Context,
  ) {
    this.#remembered = Map.groupBy(remembered, ({ secret }) => secret);
    this.#memory = memory;
    this.#context = context;
    this.#since = new Date(context.now().getTime() - patience);
  }

  standing(id: string): readonly StandingProblem[] {
    return problemsIn(this.#remembered.get(id) ?? [], "findings");
  }

  has(id: string): boolean {
    return this.standing(id).length > 0;
  }

  /** The ids of which something is remembered. */
  get ids(): readonly string[] {
    return [...this.#remembered.keys()].filter((id) => this.has(id));
  }

  /** What on-call knows already, or has not heard in other words that still hold. */
  #news({ id, found, token, isOver }: Finding, all: readonly Remembered[]): readonly Found[] {
    const standing = this.standing(id);
    const isThere = (problem: StandingProblem) =>
      !isOver(problem) || found.some(({ error }) => isSame(problem, identityOf(error)));
    const there = all.map((each) =>
      each.domain === "findings" ? { ...each, problems: standing.filter(isThere) } : each,
    );
    return found.filter(
      ({ error, mayPass }) =>
        isKnown(error, standing) ||
        !(isCovered(error, token, there) || (mayPass && this.#isAwaited(error))),
    );
  }

  /** On-call was told that schedules of many secrets are not set; each of them would be told again. */
  #isAwaited({ code }: RotationError): boolean {
    const all = problemsIn(this.#remembered.get(everySecret) ?? [], "schedules");
    return code === "ROTATION_OFF" && all.some(({ told }) => told);
  }

  /** Those of this secret, and of many: they are remembered by their own ids. */
  #emergencies(name: string): readonly Remembered[] {
    return [...this.#remembered.values()]
      .flat()
      .filter(
        ({ domain, secret }) =>
          domain === "emergency" && [name, everySecret].some((each) => secret.endsWith(` ${each}`)),
      );
  }

  /** @returns what kept an alert from being sent; `undefined` where on-call knows */
  async tell(finding: Finding): Promise<RotationError | undefined> {
    const { id, name, token, isOver } = finding;
    const standing = this.standing(id);
    const all = [...(this.#remembered.get(id) ?? []), ...this.#emergencies(name)];
    const problems = this.#news(finding, all).map(
      ({ error, step, mayPass = false }): FoundProblem => ({
        error,
        task: { kind: "finding", secret: name, step, token },
        mayPass: mayPass && this.#memory !== undefined,
      }),
    );
    if (problems.length === 0 && standing.length === 0) return undefined;
    const seen = {
      secret: { arn: id, name },
      domain: "findings",
      standing,
      found: problems,
      remembered: this.#remembered.get(id) ?? [],
      since: this.#since,
      isOver,
    } as const;
    const signal = AbortSignal.timeout(tellTime);
    return (await tell(seen, this.#memory, this.#context, signal)).failure;
  }
}

const isKnown = (error: RotationError, standing: readonly StandingProblem[]) =>
  standing.some((problem) => problem.told && isSame(problem, identityOf(error)));
