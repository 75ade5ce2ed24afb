import type { Attempt } from "../consumer/messages.ts";
import type { Server } from "../server.ts";
import { Account } from "./account.ts";
import { documentOf } from "./changes.ts";
import type { Consumer } from "./consumer.ts";
import { entryOf } from "./entry.ts";
import type { Example, Rotating } from "./example.ts";
import { type Passed, pass } from "./pass.ts";
import { phasesOf } from "./phase.ts";
import { isFailed } from "./processes-seen.ts";

/** What became of one credential. */
interface Replaced extends Pick<Passed, "seconds" | "rolled" | "changed" | "fields"> {
  /** Logins or calls with it that failed. */
  readonly failed: number;
}

/** The result of the rotations of an example. */
export interface Shown {
  readonly replaced: ReadonlyMap<Rotating, Replaced>;
  /** Empty if every promise was kept. */
  readonly problems: readonly string[];
}

/**
 * Replaces an example's credentials from end to end while its application runs, and lets settlement run by itself.
 */
export async function runExample(example: Example, server: Server): Promise<Shown> {
  await using account = await Account.start(example, server);
  await using parts = new AsyncDisposableStack();
  const consumers = await example.start(account);
  for (const consumer of consumers) parts.use(consumer);
  const problems = unclassified(example, await account.texts());
  await account.connect();
  const passed = new Map<Rotating, Passed>();
  for (const phase of phasesOf(example)) {
    const result = await pass(phase, account, consumers);
    problems.push(...result.problems);
    for (const credential of phase.credentials) passed.set(credential, result);
    if (result.problems.length > 0) break;
  }
  const current = documentOf(await account.texts(), example.secret);
  const attempts = consumers.flatMap((consumer) => consumer.attempts);
  const replaced = new Map(
    [...passed].map(([credential, result]) => {
      const failed = attempts.filter((each) => isFailed(each) && isOf(credential, each)).length;
      return [credential, { ...result, failed }];
    }),
  );
  return {
    replaced,
    problems: [
      ...problems,
      ...(await (example.afterwards?.(account, current) ?? [])),
      ...account.made.elsewhere.problems,
      ...failures(example, replaced, attempts),
      ...idleProblems(example, consumers, attempts),
    ],
  };
}

/** Whether those who use it hear whether it works. */
export const isAnswered = ({ login, issuer, isUnanswered = false }: Rotating): boolean =>
  login !== undefined || (issuer?.accepts !== undefined && !isUnanswered);

const isOf = ({ fields: [name], login }: Rotating, { of }: Attempt) =>
  of === undefined ? login !== undefined : of === name;

/** Of the strategies that promise that nothing fails: of all but `in-place`. */
function failures(
  example: Example,
  replaced: ReadonlyMap<Rotating, Replaced>,
  attempts: readonly Attempt[],
): string[] {
  return [...replaced].flatMap(([credential, { failed }]) => {
    const { secret = example.secret, fields, login } = credential;
    const { credentials = [] } = entryOf(example, secret) ?? {};
    const isSpared = !login || credentials.every(({ strategy }) => strategy !== "in-place");
    const what = login ? "logins" : `calls with ${fields[0]}`;
    const codes = attempts.flatMap((each) => (isOf(credential, each) && each.code) || []);
    return failed > 0 && isSpared ? [`${failed} ${what} failed: ${[...new Set(codes)]}`] : [];
  });
}

/** Of an application that tried nothing, that nothing failed says nothing. */
function idleProblems(
  { rotates }: Example,
  consumers: readonly Consumer[],
  attempts: readonly Attempt[],
): string[] {
  if (consumers.length === 0) return [];
  return rotates.flatMap((credential) => {
    const isUsed = attempts.some((each) => isOf(credential, each));
    return isUsed || !isAnswered(credential)
      ? []
      : [`the application did not use ${credential.fields[0]}`];
  });
}

/** Without this check, a field that the example does not mention would be skipped silently. */
function unclassified(
  { secret, rotates, settings }: Example,
  texts: ReadonlyMap<string, string>,
): string[] {
  return [...texts].flatMap(([name]) => {
    const known = [
      ...rotates.flatMap(({ secret: own = secret, fields }) => (own === name ? fields : [])),
      ...(settings[name] ?? []),
    ];
    const fields = Object.keys(documentOf(texts, name));
    return fields
      .filter((field) => !known.includes(field))
      .map((field) => `${field} of ${name} is neither rotated nor a setting`);
  });
}
