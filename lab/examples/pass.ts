import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "./account.ts";
import { documentOf, refusalProblems, wronglyChanged } from "./changes.ts";
import type { Consumer } from "./consumer.ts";
import { rotate, supply } from "./hands.ts";
import type { Phase } from "./phase.ts";
import { isTask, settled } from "./settling.ts";
import type { Document } from "./system.ts";

/** Until a person has noticed that there is a new value, in milliseconds. */
const reaction = 1000;

/** How a phase went. */
export interface Passed {
  /** Until RETIRING was gone. */
  readonly seconds: number;
  readonly rolled: number;
  /** Fields of the secret that changed. */
  readonly changed: readonly string[];
  readonly fields: number;
  readonly problems: readonly string[];
}

export async function pass(
  phase: Phase,
  account: Account,
  consumers: readonly Consumer[],
): Promise<Passed> {
  const { secret, credentials } = phase;
  const { aws } = account;
  const told = aws.notifications.length;
  const before = await account.texts();
  const old = documentOf(before, secret);
  const startedAt = performance.now();
  const failure = await replace(phase, account);
  const isSettled = failure === undefined && (await settle(phase, account, consumers, old));
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const after = await account.texts();
  const current = documentOf(after, secret);
  const verdicts = isSettled
    ? await Promise.all(consumers.map((consumer) => consumer.verdict(current)))
    : [];
  const alerts = aws.notifications.slice(told);
  const isAsked = alerts.some(isTask);
  const unexpected = alerts.filter((alert) => !isTask(alert) && !isOver(alert));
  const byHand = credentials.filter(({ isDeletedByHand }) => isDeletedByHand);
  return {
    seconds,
    rolled: verdicts.reduce((sum, { rolled }) => sum + rolled, 0),
    changed: Object.keys(current).filter((name) => current[name] !== old[name]),
    fields: Object.keys(current).length,
    problems: [
      ...(failure === undefined ? [] : [failure]),
      ...(failure === undefined && !isSettled ? [`${secret} was not settled`] : []),
      ...wronglyChanged(phase, before, after),
      ...(await refusalProblems(phase, account, old, current)),
      ...(isAsked === byHand.length > 0 ? [] : [`on-call was ${isAsked ? "" : "not "}asked`]),
      ...unexpected.map(({ subject }) => `on-call got: ${subject}`),
      ...verdicts.flatMap(({ problems }) => problems),
    ],
  };
}

const isOver = ({ attributes }: { attributes: Record<string, string> }) =>
  attributes["status"] === "over";

async function replace(
  { secret, credentials, by }: Phase,
  account: Account,
): Promise<string | undefined> {
  if (by === "rotation") return rotate(account, secret);
  for (const { fields, issuer } of credentials) {
    const made = issuer?.make(account) ?? [];
    const failure = await supply(account, { secret, field: fields[0] }, made);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** The person restarts what nobody else does, and ends the keys that nobody else can. */
async function settle(
  { secret, credentials }: Phase,
  account: Account,
  consumers: readonly Consumer[],
  old: Document,
): Promise<boolean> {
  const manual = consumers.flatMap((consumer) => (consumer.restart ? [consumer] : []));
  if (manual.length > 0) await sleep(reaction);
  for (const consumer of manual) await consumer.restart?.();
  return settled(account, secret, consumers, async () => {
    for (const { fields, issuer, isDeletedByHand } of credentials) {
      if (!isDeletedByHand) continue;
      if (issuer?.end) issuer.end(account, old);
      else await supply(account, { secret, field: fields[0] }, "--deleted");
    }
  });
}
