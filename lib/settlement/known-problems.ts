import { type Domain, problemsIn, type Remembered } from "../alerts/memory.ts";
import type { StandingProblem } from "../alerts/problem.ts";

/** What on-call was told of and what stands, by the ARN of its secret, as a pass changes it. */
export class KnownProblems {
  readonly #known: Map<string, readonly Remembered[]>;
  /** What `watch` finds and ends: no reason to look at a secret. */
  readonly #findings: ReadonlyMap<string, readonly Remembered[]>;

  constructor(remembered: readonly Remembered[]) {
    const isFinding = ({ domain }: Remembered) => domain === "findings";
    const bySecret = (some: readonly Remembered[]) => Map.groupBy(some, ({ secret }) => secret);
    this.#findings = bySecret(remembered.filter(isFinding));
    this.#known = bySecret(remembered.filter((each) => !isFinding(each)));
  }

  has(secret: string): boolean {
    return this.#known.has(secret);
  }

  /** Of each secret that has one, findings left out. */
  *problems(): Generator<readonly [secret: string, readonly StandingProblem[]]> {
    for (const [secret, remembered] of this.#known)
      yield [secret, remembered.flatMap(({ problems }) => problems)];
  }

  in(secret: string, domain: Domain): readonly StandingProblem[] {
    return problemsIn(this.#known.get(secret) ?? [], domain);
  }

  /** Findings among them. */
  of(secret: string): readonly Remembered[] {
    return [this.#known, this.#findings].flatMap((each) => each.get(secret) ?? []);
  }

  set(secret: string, domain: Domain, problems: readonly StandingProblem[]): void {
    const others = (this.#known.get(secret) ?? []).filter((each) => each.domain !== domain);
    const all = problems.length > 0 ? [...others, { secret, domain, problems }] : others;
    if (all.length > 0) this.#known.set(secret, all);
    else this.#known.delete(secret);
  }
}
