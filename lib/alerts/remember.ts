import { type ProblemMemory, problemsIn, type Remembered } from "./memory.ts";
import { isSame, type StandingProblem } from "./problem.ts";

/** What was told, and could not be remembered when it was. */
export interface Unremembered extends Pick<Remembered, "secret" | "domain"> {
  readonly told: readonly StandingProblem[];
  /** It was not known what stood before: that stays as it is. */
  readonly isUnread: boolean;
}

/** Else nobody would tell that it is over. @throws as the memory */
export async function remember(
  { secret, domain, told, isUnread }: Unremembered,
  memory: Pick<ProblemMemory, "of" | "write">,
  signal: AbortSignal,
): Promise<void> {
  const isTold = (problem: StandingProblem) => told.some((each) => isSame(each, problem));
  const before = isUnread ? problemsIn(await memory.of(secret, signal), domain) : [];
  const problems = [...before.filter((each) => !isTold(each)), ...told];
  await memory.write({ secret, domain, problems }, signal);
}
