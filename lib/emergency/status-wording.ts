import type { Refusal } from "./note.ts";
import type { ProblemStatus, SecretFacts, StatusState } from "./status-facts.ts";

/** What a person has to do for one secret, in whole sentences. */
export function leftOf(
  state: StatusState,
  {
    refusal,
    refused,
    consumers,
    isGivenUp,
  }: SecretFacts & { readonly refused?: Refusal | undefined },
  problems: readonly ProblemStatus[],
): readonly string[] {
  if (refusal) return [refusal.message];
  const { consumers: all = [], blind = [] } = state === "settled" ? {} : (consumers ?? {});
  const blocked = all.flatMap(({ name, subject = name, judgement }) =>
    judgement.kind === "blocked" ? [{ ...judgement.problem, subject, name }] : [],
  );
  const said = (each: ProblemStatus) =>
    [...blocked, ...blind].some(({ code, subject = "" }) => isSame(each, code, subject));
  return [
    ...(refused ? [refusedText(refused)] : []),
    ...blocked.map(({ name, why, remedy }) => `${name}: ${why}. ${remedy}`),
    ...blind.map(({ why, remedy }) => `${sentence(why)} ${remedy}`),
    ...problems.filter((each) => !said(each)).map(problemText),
    ...(isGivenUp ? [givenUp] : []),
  ];
}

const refusedText = ({ code, why }: Refusal) =>
  `It was refused (${code}): ${why}. See docs/runbook.md#${code.toLowerCase()}.`;

const isSame = (problem: ProblemStatus, code: string, subject: string) =>
  problem.code === code && problem.subject === subject;

const sentence = (text: string) => `${text.replace(/^./, (letter) => letter.toUpperCase())}.`;

const givenUp =
  "Nothing is working on the emergency any more. Fix what its alerts name, then run the same command again: it continues.";

const problemText = ({ code, subject, since }: ProblemStatus) =>
  `${code}${subject ? ` (${subject})` : ""} has been open since ${since}: do what its alert says, or see docs/runbook.md#${code.toLowerCase()}.`;
