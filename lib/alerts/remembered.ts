import { taskKinds } from "../context/context.ts";
import type { Domain, Remembered } from "./memory.ts";
import { domains } from "./memory.ts";
import { type StandingProblem, severities } from "./problem.ts";

/** Of a parameter in the standard tier, in characters (Parameter Store user guide, "Managing parameter tiers"). */
const limit = 4096;

/** As JSON; holds identifiers only. The mildest and latest of too many problems are left out. */
export function textOf(remembered: Remembered): string {
  const problems = remembered.problems.toSorted(
    (a, b) =>
      severities.indexOf(b.severity) - severities.indexOf(a.severity) ||
      Number(a.since) - Number(b.since),
  );
  for (let count = problems.length; ; count -= 1) {
    const text = JSON.stringify({ ...remembered, problems: problems.slice(0, count) });
    if (text.length <= limit || count === 0) return text;
  }
}

/** @returns `undefined` where it is not a text of ours */
export function rememberedIn(text: string): Remembered | undefined {
  const { secret, domain, problems } = parsed(text);
  if (typeof secret !== "string" || !isDomain(domain) || !Array.isArray(problems)) return undefined;
  const known = problems.flatMap((problem) => problemIn(problem) ?? []);
  return known.length > 0 ? { secret, domain, problems: known } : undefined;
}

function problemIn(value: unknown): StandingProblem | undefined {
  const problem: Partial<Record<string, unknown>> = { ...Object(value) };
  const last: Partial<Record<string, unknown>> = { ...Object(problem["last"]) };
  const { kind, subject, told, claim } = problem;
  const severity = severities.find((each) => each === problem["severity"]);
  const [since, at] = [dateIn(problem["since"]), dateIn(last["at"])];
  const task = taskKinds.find((each) => each === last["kind"]);
  const { step, token } = last;
  if (typeof kind !== "string" || typeof subject !== "string" || typeof told !== "boolean") return;
  if (!severity || !since || !at || !task) return;
  if (typeof step !== "string" || typeof token !== "string") return;
  return {
    ...{ kind, subject, severity, since, told, last: { kind: task, step, token, at } },
    ...(problem["lasting"] === true && { lasting: true }),
    ...(typeof claim === "string" && { claim }),
  };
}

const isDomain = (value: unknown): value is Domain => domains.some((each) => each === value);

function dateIn(value: unknown): Date | undefined {
  const date = new Date(typeof value === "string" ? value : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function parsed(text: string): Partial<Record<string, unknown>> {
  try {
    return { ...Object(JSON.parse(text)) };
  } catch {
    return {};
  }
}
