import type { CrashRow } from "../crash/matrix.ts";

/** What a disturbed run came to. */
export interface Verdict {
  readonly problems: readonly string[];
  readonly lockedOut: boolean;
  readonly orphans: number;
}

/** Of the calls of an undisturbed run. */
export interface Chosen {
  readonly calls: number;
  /** One call of so many, from this one on, modulo the stride. */
  readonly stride: number;
  readonly first: number;
}

/** Disturbs one call after the other. @param mode begins with what happens to the call */
export async function crashRow(
  { subject, mode }: Pick<CrashRow, "subject" | "mode">,
  { calls, stride, first }: Chosen,
  disturbed: (point: number) => Promise<Verdict>,
): Promise<CrashRow> {
  const found: Verdict[] = [];
  const details: string[] = [];
  for (let point = first % stride; point < calls; point += stride) {
    const verdict = await disturbed(point);
    found.push(verdict);
    details.push(...verdict.problems.map((problem) => `${mode} ${point}: ${problem}`));
  }
  return {
    subject,
    mode,
    points: found.length,
    lockouts: found.filter(({ lockedOut }) => lockedOut).length,
    orphans: found.reduce((sum, { orphans }) => sum + orphans, 0),
    failures: found.filter(({ problems }) => problems.length > 0).length,
    details,
  };
}
